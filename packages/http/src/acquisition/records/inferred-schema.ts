import { TYPES } from './inferred-types.js'
import type { JsonSchema } from './types/field-type.js'

/** Names in JSON Schema. */
const NAMES: Readonly<Record<keyof typeof TYPES, string>> = {
  boolean: 'boolean',
  integer: 'integer',
  number: 'number',
  text: 'string',
  date: 'string',
  dateTime: 'string',
  list: 'array',
  object: 'object',
  null: 'null',
}

/** JSON Schema of values that have had these types. */
export function inferredSchema(types: number): JsonSchema {
  const has = (name: keyof typeof TYPES): boolean => (types & TYPES[name]) !== 0
  const names = (Object.keys(NAMES) as (keyof typeof TYPES)[]).filter(has).map(name => NAMES[name])
  const format = has('date') ? 'date' : has('dateTime') ? 'date-time' : undefined
  return { type: names.length === 1 ? names[0] : names, ...(format !== undefined && { format }) }
}
