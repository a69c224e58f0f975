import * as z from 'zod'
import type { SchemaParts, SchemaShape } from '../schema/index.js'
import { schemaParts } from '../schema/index.js'

/** One way to do something, chosen in a file by its `type`. */
interface Kind {
  readonly type: string
  readonly schema: (parts: SchemaParts) => SchemaShape
}

/**
 * A mapping whose `type` names one of the kinds; its other keys are that kind's own and the common ones. `shape`
 * is what an error calls it.
 */
export function kindSchema<T, I>(
  kinds: readonly Kind[],
  common: () => SchemaShape,
  shape = 'a mapping with the key type and more',
): z.ZodType<T, I> {
  const options = kinds.map(({ type, schema }) =>
    schemaParts.strict({ type: z.literal(type), ...schema(schemaParts), ...common() }),
  )
  const allowed = `one of ${kinds.map(({ type }) => type).join(', ')}`
  const union = z.discriminatedUnion('type', options as [(typeof options)[number]], {
    error: issue => (issue.code === 'invalid_union' ? allowed : shape),
  })
  return union as unknown as z.ZodType<T, I>
}
