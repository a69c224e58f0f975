import type { RejectedRecord } from '../normalised-page.js'

/** More of a row that cannot be read is not kept. */
const longestRaw = 10_000

/** A row of a page that is no record, in the place of one: it is rejected, its neighbours are taken. */
export class BadRow {
  readonly #line: number
  readonly #code: string
  readonly #reason: string
  readonly #text: string

  /** `line`: where it begins in the body, from 1. `text`: the row as it came. */
  constructor(line: number, code: string, reason: string, text: string) {
    this.#line = line
    this.#code = code
    this.#reason = reason
    this.#text = text
  }

  toJSON(): unknown {
    return this.#text
  }

  rejected(index: number): RejectedRecord {
    const raw = JSON.stringify(this.#text.slice(0, longestRaw))
    return { index, code: this.#code, reason: `line ${this.#line}: ${this.#reason}`, raw }
  }
}
