import { shown, Unreadable, wrongType } from '../unreadable.js'
import type { FieldTypeKind } from './field-type.js'
import { readCanonicalString } from './string.js'

export interface BooleanType {
  readonly type: 'boolean'
  /** Further texts and numbers that mean true or false, besides JSON's own: `['ja', '1']`. */
  readonly trueValues?: readonly string[] | undefined
  readonly falseValues?: readonly string[] | undefined
}

export const booleanType: FieldTypeKind<BooleanType> = {
  type: 'boolean',
  isNumeric: false,
  stored: () => ({ type: 'boolean' }),
  column: () => 'boolean',
  schema: ({ flag, texts }) => ({ trueValues: texts(), falseValues: texts(), default: flag().optional() }),
  reader: booleanReader,
}

/** JSON's true and false, the words for them in any case, and what the mapping names besides. */
function booleanReader(type: BooleanType): (value: unknown) => boolean | Unreadable {
  const meanings = new Map<string, boolean>([
    ['true', true],
    ['false', false],
  ])
  for (const text of type.trueValues ?? []) meanings.set(text.toLowerCase(), true)
  for (const text of type.falseValues ?? []) meanings.set(text.toLowerCase(), false)
  return value => {
    if (typeof value === 'boolean') return value
    const text = readCanonicalString(value)
    if (text instanceof Unreadable) return wrongType(value, 'true or false')
    return (
      meanings.get(text.trim().toLowerCase()) ??
      new Unreadable('NOT_A_BOOLEAN', `${shown(value)} is not true or false`)
    )
  }
}
