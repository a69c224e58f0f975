import { compilePath, compileSteps } from '../references/index.js'
import type { FieldValue } from './types/field-type.js'
import type { Unreadable } from './unreadable.js'

/** The fields that a record gets besides, by name. */
export type AddedValues = Readonly<Record<string, FieldValue | Unreadable>>

/** Reads a value of a raw record, or of what it gets besides. */
export type FieldPath = (record: unknown, added: AddedValues) => unknown

/**
 * Compiles a path that may begin with the name of an added field, which goes before one of the record that is called
 * the same. @throws TypeError for a path that is malformed.
 */
export function fieldPath(path: string, added: readonly string[]): FieldPath {
  if (added.includes(path)) return (_, values) => values[path]
  const valueAt = compilePath(path)
  const [first] = compileSteps(path)
  const isAdded = typeof first === 'string' && added.includes(first)
  return (record, values) => valueAt(isAdded ? values : record)
}
