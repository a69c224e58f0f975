import { PageInvalidError } from '../page-invalid-error.js'

/** How a delimited text is written. */
export interface Dialect {
  /** One character. */
  readonly delimiter: string
  /** One character; empty where texts are not quoted. */
  readonly quote: string
}

/** A row of a delimited text. */
export interface DelimitedRow {
  /** Where it begins in the text, from 1. */
  readonly line: number
  /** null where nothing stands, not even quotes. */
  readonly values: readonly (string | null)[]
  /** As it was written. */
  readonly raw: string
  /** It ended with a line break. */
  readonly isEnded: boolean
  /** Why its values cannot be told. */
  readonly problem?: string | undefined
}

/** A row, and how far it reaches. */
export interface CountedRow extends DelimitedRow {
  /** How many lines it took. */
  readonly lines: number
}

/** Reads rows from as much of the text as is there. */
export class RowReader {
  readonly isWhole: boolean
  readonly #text: string
  readonly #delimiter: string
  readonly #quote: string
  readonly #newline: string
  readonly #newlines: Finder
  readonly #quotes: Finder
  readonly #delimiters: Finder
  #at = 0

  constructor(text: string, isWhole: boolean, newline: string, { delimiter, quote }: Dialect) {
    this.isWhole = isWhole
    this.#text = text
    this.#delimiter = delimiter
    this.#quote = quote
    this.#newline = newline
    this.#newlines = new Finder(text, newline)
    this.#quotes = new Finder(text, quote)
    this.#delimiters = new Finder(text, delimiter)
  }

  /** What was not read yet. */
  get left(): string {
    return this.#text.slice(this.#at)
  }

  /** Undefined where more of the text is needed, or where it is over. */
  next(line: number): CountedRow | undefined {
    const start = this.#at
    if (start === this.#text.length) return undefined
    const end = this.#newlines.from(start)
    if (end === Infinity && !this.isWhole) return undefined
    const hasQuotes = this.#quote !== '' && this.#quotes.from(start) < end
    return hasQuotes ? this.#quotedRow(line) : this.#plainRow(line, end)
  }

  #plainRow(line: number, end: number): CountedRow {
    const raw = this.#take(end)
    const values: (string | null)[] = raw.split(this.#delimiter)
    for (let at = 0; at < values.length; at += 1) if (values[at] === '') values[at] = null
    return { line, lines: 1, values, raw, isEnded: end !== Infinity }
  }

  /** Its line break is taken too, but is no part of it. */
  #take(end: number): string {
    const start = this.#at
    const stop = Math.min(end, this.#text.length)
    this.#at = Math.min(stop + 1, this.#text.length)
    const isCrLf = this.#newline === '\n' && this.#text[stop - 1] === '\r' && stop > start
    return this.#text.slice(start, isCrLf ? stop - 1 : stop)
  }

  #quotedRow(line: number): CountedRow | undefined {
    const values: (string | null)[] = []
    let at = this.#at
    for (;;) {
      const value = this.#text.startsWith(this.#quote, at) ? this.#quoted(at, line) : this.#plain(at)
      if (value === undefined) return undefined
      values.push(value.text)
      const after = this.#afterValue(value.end)
      if (after === 'delimiter') at = value.end + 1
      else if (after === 'more') return undefined
      else return this.#closed(line, values, value.end, after === 'text')
    }
  }

  #closed(line: number, values: (string | null)[], from: number, isBroken: boolean): CountedRow | undefined {
    const end = this.#newlines.from(from)
    if (end === Infinity && !this.isWhole) return undefined
    const raw = this.#take(end)
    const problem = isBroken ? `a text goes on after its closing ${this.#quote}` : undefined
    return { line, lines: linesOf(raw, this.#newline), values, raw, isEnded: end !== Infinity, problem }
  }

  /** What stands behind a value. */
  #afterValue(end: number): 'delimiter' | 'end' | 'text' | 'more' {
    const text = this.#text
    if (end === text.length) return this.isWhole ? 'end' : 'more'
    if (text.startsWith(this.#delimiter, end)) return 'delimiter'
    if (text[end] === this.#newline) return 'end'
    if (text[end] !== '\r') return 'text'
    if (end + 1 === text.length) return this.isWhole ? 'end' : 'more'
    return text[end + 1] === '\n' ? 'end' : 'text'
  }

  #plain(at: number): Value | undefined {
    const end = Math.min(this.#delimiters.from(at), this.#newlines.from(at))
    if (end === Infinity && !this.isWhole) return undefined
    const stop = Math.min(end, this.#text.length)
    const isLast = stop === this.#text.length || this.#text[stop] === '\n'
    const last = isLast && this.#text[stop - 1] === '\r' && stop > at ? stop - 1 : stop
    const text = this.#text.slice(at, last)
    return { text: text === '' ? null : text, end: last }
  }

  #quoted(at: number, line: number): Value | undefined {
    let text = ''
    for (let from = at + 1; ; ) {
      const close = this.#quotes.from(from)
      if (close === Infinity && this.isWhole) throw openQuote(line)
      // The next one may make it a quote within the text.
      if (close + 1 >= this.#text.length && !this.isWhole) return undefined
      if (this.#text[close + 1] !== this.#quote) {
        return { text: text + this.#text.slice(from, close), end: close + 1 }
      }
      text += this.#text.slice(from, close + 1)
      from = close + 2
    }
  }
}

interface Value {
  readonly text: string | null
  readonly end: number
}

/** Where a sign stands next; each place is looked for once. */
class Finder {
  readonly #text: string
  readonly #sign: string
  #found = -1

  constructor(text: string, sign: string) {
    this.#text = text
    this.#sign = sign
  }

  /** Infinity where there is none; `at` must not go back. */
  from(at: number): number {
    if (this.#found < at) {
      const found = this.#text.indexOf(this.#sign, at)
      this.#found = found === -1 ? Infinity : found
    }
    return this.#found
  }
}

function linesOf(raw: string, newline: string): number {
  let lines = 1
  for (let at = raw.indexOf(newline); at !== -1; at = raw.indexOf(newline, at + 1)) lines += 1
  return lines
}

function openQuote(line: number): PageInvalidError {
  const message = `the body ends within a quoted text, in the row that begins at line ${line}`
  return new PageInvalidError('TRUNCATED_BODY', message)
}
