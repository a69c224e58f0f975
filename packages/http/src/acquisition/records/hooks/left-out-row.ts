/** A row that `transform` leaves out. */
export class LeftOutRow {
  readonly #raw: unknown

  /** `raw`: the row as the page has it. */
  constructor(raw: unknown) {
    this.#raw = raw
  }

  toJSON(): unknown {
    return this.#raw
  }
}
