import { Unreadable, wrongType } from '../unreadable.js'
import type { FieldTypeKind } from './field-type.js'
import { readString } from './string.js'

/** A list of texts, numbers among them in their digits. A path with `*` makes one of all that it leads to. */
export const textsType: FieldTypeKind<{ readonly type: 'text[]' }> = {
  type: 'text[]',
  isNumeric: false,
  stored: () => ({ type: 'array', items: { type: 'string' } }),
  column: () => 'json',
  schema: ({ texts }) => ({ default: texts() }),
  reader: () => value => {
    if (!Array.isArray(value)) return wrongType(value, 'a list of texts')
    const texts = value.map(readString)
    return texts.find(text => text instanceof Unreadable) ?? (texts as string[])
  },
}
