import type { BooleanType } from '../mapping.js'
import { isJsonNumber, plainDecimal } from '../exact-number.js'
import { shown, Unreadable, wrongType } from '../unreadable.js'

/** A text as it is, or a number in its exact digits. */
export function readString(value: unknown): string | Unreadable {
  if (typeof value === 'string') return value
  if (!isJsonNumber(value)) return wrongType(value, 'a text')
  return plainDecimal(value) ?? new Unreadable('NOT_FINITE', `${shown(value)} is beyond all bounds`)
}

/** JSON's true and false, the words for them in any case, and what the mapping names besides. */
export function booleanReader(type: BooleanType): (value: unknown) => boolean | Unreadable {
  const meanings = new Map<string, boolean>([
    ['true', true],
    ['false', false],
  ])
  for (const text of type.trueValues ?? []) meanings.set(text.toLowerCase(), true)
  for (const text of type.falseValues ?? []) meanings.set(text.toLowerCase(), false)
  return value => {
    if (typeof value === 'boolean') return value
    const text = readString(value)
    if (text instanceof Unreadable) return wrongType(value, 'true or false')
    return (
      meanings.get(text.trim().toLowerCase()) ??
      new Unreadable('NOT_A_BOOLEAN', `${shown(value)} is not true or false`)
    )
  }
}
