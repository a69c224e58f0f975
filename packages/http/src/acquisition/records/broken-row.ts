import type { Unreadable } from './unreadable.js'

/** A row of a page of which no record can be made. */
export class BrokenRow {
  /** As the page has it. */
  readonly raw: unknown
  readonly why: Unreadable

  constructor(raw: unknown, why: Unreadable) {
    this.raw = raw
    this.why = why
  }
}
