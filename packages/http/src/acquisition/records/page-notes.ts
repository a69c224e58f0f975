/** Something about a page's records that is no error, but that whoever uses them should know. */
export interface PageNote {
  /** Literal and countable: `KEY_CLASH`, `CURSOR_UNREADABLE`. */
  readonly code: string
  /** What it is about: a field, a key. Empty where that says too little. */
  readonly about: string
  readonly count: number
  /** Of the first. */
  readonly message: string
}

/** Where names are data, there are as many as there are records. */
const MOST_SUBJECTS = 20

/** Counts what is noted of a page, by code and subject. */
export class PageNotes {
  readonly #notes = new Map<string, PageNote>()

  get all(): readonly PageNote[] {
    return [...this.#notes.values()]
  }

  add(code: string, subject: string, message: string): void {
    const isKnown = this.#notes.has(`${code} ${subject}`)
    const about = isKnown || this.#notes.size < MOST_SUBJECTS ? subject : ''
    const known = this.#notes.get(`${code} ${about}`)
    this.#notes.set(`${code} ${about}`, {
      code,
      about,
      message: known?.message ?? message,
      count: (known?.count ?? 0) + 1,
    })
  }
}
