import * as z from 'zod'
import { schemaParts } from '../schema/index.js'
import type { Sink, SinkConfig } from '../sinks/index.js'
import { isSink, sinkKinds } from '../sinks/index.js'
import type { SinkInput } from './kind-inputs.js'
import { kindSchema } from './kind-schema.js'

const { checkedText, list, oneOf, text } = schemaParts

const declared = kindSchema<SinkConfig, SinkInput>(Object.values(sinkKinds), () => ({
  name: checkedText('a name of letters, digits, _ and -', name => /^[\w-]{1,64}$/.test(name)).optional(),
  sources: list(text('the name of a source or stream'), 'a list of sources and streams').optional(),
  deliver: oneOf(['end', 'continuous']).prefault('end'),
}))

const { oneOf: shapes = [] } = z.toJSONSchema(declared, { io: 'input', unrepresentable: 'any' })

/** One that code brings is taken as it is; any other gets its kind's name where it has none. */
const sink = z.unknown().transform((value, context): SinkConfig | Sink => {
  if (isSink(value)) return value
  const { data, error } = declared.safeParse(value)
  if (data !== undefined) return { ...data, name: data.name ?? data.type }
  for (const issue of error.issues) context.issues.push({ ...issue, input: value } as never)
  return z.NEVER
})

/** Where records are delivered. */
export const sinksSchema: z.ZodType<(SinkConfig | Sink)[], readonly (SinkInput | Sink)[]> = z.array(
  sink.meta({ oneOf: shapes }),
  { error: 'a list of sinks, each of which begins with "- type:"' },
) as never
