import * as z from 'zod'
import type { IdRule } from '../records/index.js'
import { isRecord } from '../records/index.js'
import { schemaParts } from '../schema/index.js'

const { path } = schemaParts

const allowed = {
  error:
    'a path such as id, a list of paths, contentHash (all that a record holds), or none (each is a new one)',
}

/** What tells a stream's records apart. */
export const idSchema: z.ZodType<IdRule, IdRule> = z.union([path(), z.array(path()).min(1)], allowed)

/** That the id of a stream's records is said once: here, or by the mapping's field. */
export function withOneId<S extends z.ZodObject>(stream: S): S {
  return stream
    .refine(source => whereId(source) !== 'nowhere', {
      path: ['id'],
      error: `${allowed.error}, where mapping has no field id`,
      when: () => true,
    })
    .refine(source => whereId(source) !== 'twice', {
      path: ['id'],
      error: 'nothing beside mapping.id, which tells records apart',
      when: () => true,
    })
    .meta({
      anyOf: [
        { required: ['id'] },
        { required: ['mapping'], properties: { mapping: { type: 'object', required: ['id'] } } },
      ],
    })
}

/** Also of a stream in which more is wrong. */
function whereId(source: unknown): 'once' | 'twice' | 'nowhere' {
  if (!isRecord(source)) return 'once'
  const { id, mapping } = source
  const isMapped = isRecord(mapping) && mapping['id'] !== undefined
  if (id === undefined) return isMapped ? 'once' : 'nowhere'
  return isMapped ? 'twice' : 'once'
}
