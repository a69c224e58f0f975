import { isLosslessNumber } from 'lossless-json'

/** Why a value could not be read. Returned, not thrown: broken records are no exception on the hot path. */
export class Unreadable {
  /** Literal and countable: `AMBIGUOUS_NUMBER`. */
  readonly code: string
  readonly reason: string

  constructor(code: string, reason: string) {
    this.code = code
    this.reason = reason
  }
}

const shownLength = 80

/** A value as a reason shows it: JSON, cut to a length that a person reads. */
export function shown(value: unknown): string {
  if (isLosslessNumber(value)) return value.toString()
  const text = textOf(value)
  return text.length <= shownLength ? text : `${text.slice(0, shownLength)}…`
}

/** What is nested deeper than the stack reaches has no text. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Array.isArray(value) ? '[…' : '{…'
  }
}

export function wrongType(value: unknown, allowed: string): Unreadable {
  return new Unreadable('WRONG_TYPE', `${shown(value)} is not ${allowed}`)
}
