import { exactJson } from './exact-number.js'

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
/** What a cut may leave of a character: no text in UTF-8 can hold it. */
const halfPair = /[\ud800-\udbff]$/

/** A value as a reason shows it: JSON, cut to a length that a person reads. */
export function shown(value: unknown): string {
  const text = textOf(value)
  return text.length <= shownLength ? text : `${text.slice(0, shownLength).replace(halfPair, '')}…`
}

/** What is nested deeper than the stack reaches has no text. */
function textOf(value: unknown): string {
  try {
    return exactJson(value) ?? String(value)
  } catch {
    return Array.isArray(value) ? '[…' : '{…'
  }
}

export function wrongType(value: unknown, allowed: string): Unreadable {
  return new Unreadable('WRONG_TYPE', `${shown(value)} is not ${allowed}`)
}

export function notFinite(value: unknown): Unreadable {
  return new Unreadable('NOT_FINITE', `${shown(value)} is beyond all bounds`)
}
