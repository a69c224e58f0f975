import type { RejectedRecord } from './normalised-page.js'
import { rawText } from './raw-text.js'
import type { Unreadable } from './unreadable.js'

/** A row of a page of which no record can be made. */
export class BrokenRow {
  readonly #raw: unknown
  readonly #why: Unreadable

  /** `raw`: the row as the page has it. */
  constructor(raw: unknown, why: Unreadable) {
    this.#raw = raw
    this.#why = why
  }

  toJSON(): unknown {
    return this.#raw
  }

  rejected(index: number): RejectedRecord {
    const { code, reason } = this.#why
    return { index, code, reason, raw: rawText(this.#raw) }
  }
}
