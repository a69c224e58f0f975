import { PageInvalidError } from '../page-invalid-error.js'
import { shown } from '../unreadable.js'
import type { DelimitedRow, Dialect } from './row-reader.js'

const usualDelimiters = [',', ';', '\t', '|']

/**
 * The names of the columns: those given, of which there must be as many, or else the header's own, without white
 * space around them.
 * @throws PageInvalidError for a header that does not name each column by a name of its own.
 */
export function columnNames(
  { values, problem, raw }: DelimitedRow,
  given: readonly string[] | undefined,
  { delimiter }: Dialect,
): readonly string[] {
  if (problem !== undefined) throw invalid(`the header cannot be read: ${problem}: ${shown(raw)}`)
  const other = usualDelimiters.find(sign => sign !== delimiter && raw.includes(sign))
  if (values.length === 1 && other !== undefined && given?.length !== 1) {
    throw invalid(`the header is one column, ${shown(raw)}; is its delimiter ${shown(other)}?`)
  }
  if (given !== undefined && given.length !== values.length) {
    throw invalid(`the header has ${values.length} columns, and columns names ${given.length}`)
  }
  return given ?? checked(values.map(name => (name ?? '').trim()))
}

function checked(names: readonly string[]): readonly string[] {
  const nameless = names.flatMap((name, at) => (name === '' ? [at + 1] : []))
  if (nameless.length > 0)
    throw invalid(`the header has no name for column ${nameless.join(', ')}; columns can name them`)
  const repeated = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))]
  if (repeated.length === 0) return names
  const list = repeated.slice(0, 10).map(shown).join(', ')
  throw invalid(`the header has ${list} more than once; columns can tell them apart`)
}

function invalid(message: string): PageInvalidError {
  return new PageInvalidError('INVALID_HEADER', message)
}
