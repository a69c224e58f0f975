import { compilePath } from '../references/index.js'
import { BrokenRow } from './broken-row.js'
import { noRecords } from './no-records.js'
import { PageInvalidError } from './page-invalid-error.js'
import { shown, Unreadable } from './unreadable.js'

/** Makes records of lists of values. `columns`: the path to their names; the first list where it is left out. */
export function columnRows(
  listsOf: (body: unknown) => readonly unknown[],
  columns: string | undefined,
): (body: unknown) => readonly unknown[] {
  const namesAt = columns === undefined ? undefined : compilePath(columns)
  return body => {
    const lists = listsOf(body)
    if (lists.length === 0) return []
    const found = namesAt === undefined ? lists[0] : namesAt(body)
    if (!isNames(found)) throw noRecords(columns ?? '', found, body, 'a list of the names of columns')
    const twice = found.find((name, index) => found.indexOf(name) !== index)
    if (twice !== undefined)
      throw new PageInvalidError('NO_RECORDS', `two columns have the name ${shown(twice)}`)
    const rows = namesAt === undefined ? lists.slice(1) : lists
    return rows.map(row => recordOf(row, found))
  }
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(name => typeof name === 'string')
}

/** Services leave out the empty cells at a row's end; a value without a name may not be lost. */
function recordOf(row: unknown, names: readonly string[]): unknown {
  if (!Array.isArray(row))
    return new BrokenRow(row, new Unreadable('NOT_A_RECORD', `${shown(row)} is not a list of values`))
  if (row.length > names.length) {
    const reason = `it has ${row.length} values; there are ${names.length} columns`
    return new BrokenRow(row, new Unreadable('TOO_MANY_VALUES', reason))
  }
  return Object.fromEntries(row.map((value: unknown, index) => [names[index], value]))
}
