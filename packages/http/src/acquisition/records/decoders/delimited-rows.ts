import { PageInvalidError } from '../page-invalid-error.js'
import type { DelimitedRow, Dialect } from './row-reader.js'
import { RowReader } from './row-reader.js'

/** More of one row is a quote that nobody has closed. */
const LONGEST_ROW = 16 * 1024 * 1024

/**
 * The rows of a text that comes in pieces (RFC 4180; lines may end with LF, CRLF, or CR alone). A quote is one
 * only where a value begins; what follows a closing quote makes its row a problem, to the end of the line.
 * @throws PageInvalidError where the text ends within quotes, or a row does not end.
 */
export function* delimitedRows(pieces: Iterable<string>, dialect: Dialect): Generator<DelimitedRow> {
  const source = pieces[Symbol.iterator]()
  let reader = new RowReader('', false, '\n', dialect)
  let newline: string | undefined
  let line = 1
  for (;;) {
    const row = reader.next(line)
    if (row !== undefined) {
      line += row.lines
      yield row
    } else if (reader.isWhole) return
    else {
      if (reader.left.length > LONGEST_ROW) throw tooLong(line)
      const { text, isWhole } = refilled(reader.left, source)
      newline ??= newlineOf(text, dialect, isWhole)
      reader = new RowReader(text, isWhole, newline ?? '\n', dialect)
    }
  }
}

/** At least as much again as is left over, so that a long row is looked at few times. */
function refilled(left: string, source: Iterator<string>): { text: string; isWhole: boolean } {
  let more = ''
  while (more.length <= left.length) {
    const next = source.next()
    if (next.done === true) return { text: left + more, isWhole: true }
    more += next.value
  }
  return { text: left + more, isWhole: false }
}

type Place = 'start' | 'plain' | 'quoted' | 'closed' | 'broken'

/** By the first line that ends outside of quotes. */
function newlineOf(text: string, dialect: Dialect, isWhole: boolean): string | undefined {
  let place: Place = 'start'
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string
    if (place === 'quoted' && char === dialect.quote && text[at + 1] === char) at += 1
    else if (place === 'quoted' || (char !== '\n' && char !== '\r')) place = after(place, char, dialect)
    else if (char === '\r' && at + 1 === text.length && !isWhole) return undefined
    else return char === '\r' && text[at + 1] !== '\n' ? '\r' : '\n'
  }
  return undefined
}

/** Where in a row the next character stands. */
function after(place: Place, char: string, { delimiter, quote }: Dialect): Place {
  if (place === 'quoted') return char === quote ? 'closed' : 'quoted'
  if (place === 'broken') return 'broken'
  if (char === delimiter) return 'start'
  if (place === 'closed') return 'broken'
  return place === 'start' && char === quote ? 'quoted' : 'plain'
}

function tooLong(line: number): PageInvalidError {
  const message = `the row at line ${line} is longer than ${LONGEST_ROW} characters; is a quote not closed?`
  return new PageInvalidError('TOO_HEAVY', message)
}
