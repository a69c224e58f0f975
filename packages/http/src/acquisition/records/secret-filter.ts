import type { Secrets } from '../secrets/index.js'
import type { FieldMapping } from './mapping.js'
import { jsonRedactor } from './redacted-json.js'
import type { FieldValue, Money } from './types/field-type.js'
import { Unreadable } from './unreadable.js'

/** Lets a field's value pass only without configured secrets. */
export type SecretFilter = (value: FieldValue) => FieldValue | Unreadable

export const holdsSecret = new Unreadable('HOLDS_SECRET', 'it holds a configured secret')

/**
 * What a source echoes of its credentials is stored nowhere. A text loses the secret and keeps the rest. An
 * id cannot: two records might become one; so it counts as unreadable, and so does a number, an amount or a
 * date that is a secret as a whole. A number that merely has a secret's digits among its own is left alone:
 * it is a coincidence.
 */
export function secretFilter(name: string, { type }: FieldMapping, secrets: Secrets): SecretFilter {
  if (secrets.credentials.length === 0 || type === 'boolean') return value => value
  if (name === 'id') return value => (secrets.holdIn(textOf(value)) ? holdsSecret : value)
  if (type === 'string') return value => (typeof value === 'string' ? secrets.redactWhole(value) : value)
  if (type === 'json' || type === 'text[]') return jsonRedactor(secrets) as SecretFilter
  const known = new Set(secrets.credentials)
  return value => (known.has(digitsOf(value)) ? holdsSecret : value)
}

/** 12345678.00 has the digits of 12345678. */
function digitsOf(value: FieldValue): string {
  return textOf(value).replace(/\.0+$/, '')
}

function textOf(value: FieldValue): string {
  return typeof value === 'object' && value !== null ? (value as Money).amount : String(value)
}
