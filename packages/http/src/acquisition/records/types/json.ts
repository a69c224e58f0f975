import { tooDeep } from '../depth.js'
import type { FieldTypeKind, FieldValue } from './field-type.js'

/** Whatever stands there, lists and objects too. Numbers that a double does not hold become texts. */
export const jsonType: FieldTypeKind<{ readonly type: 'json' }> = {
  type: 'json',
  isNumeric: false,
  stored: () => ({}),
  column: () => 'json',
  schema: ({ json }) => ({ default: json().optional() }),
  reader: () => value => tooDeep(value) ?? (value as FieldValue),
}
