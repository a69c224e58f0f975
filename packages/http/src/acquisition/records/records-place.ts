import { compileAll, compilePath, compilePlace, isSpread } from '../references/index.js'
import { BrokenRow } from './broken-row.js'
import { columnRows } from './column-rows.js'
import { isJsonNumber } from './exact-number.js'
import { noRecords } from './no-records.js'
import { shown, Unreadable } from './unreadable.js'

/** Where a page has its records, and in which shape. */
export type RecordsPlace =
  /** Lists of records, one after the other where the path has a `*`. */
  | { readonly path: string; readonly shape: 'list' }
  /** One record; none where it is null or not there. */
  | { readonly path: string; readonly shape: 'object' }
  /** A list of records or a single one, whichever stands there; none where nothing or an empty object does. */
  | { readonly path: string; readonly shape: 'any' }
  /** Records by a name, which each gets as a field; what is no object becomes its field `value`. */
  | { readonly path: string; readonly shape: 'map'; readonly key: string }
  /** Texts, numbers and truth values: each is a record with the one field `value`. */
  | { readonly path: string; readonly shape: 'texts' }
  /** Lists of values whose names stand in the first of them, or at a path of the page. */
  | { readonly path: string; readonly shape: 'columns'; readonly columns?: string | undefined }

type RowsReader = (body: unknown) => readonly unknown[]

/** A path alone is that of a list. */
export function placeOf(records: string | RecordsPlace): RecordsPlace {
  return typeof records === 'string' ? { path: records, shape: 'list' } : records
}

/**
 * Takes the rows out of a page. They are records, and whatever else stands among them; the reader throws a
 * PageInvalidError where something else stands in their place.
 * @throws TypeError for a path that is malformed.
 */
export function rowsReader(place: RecordsPlace): RowsReader {
  const { path, shape } = place
  switch (shape) {
    case 'list':
      return listReader(path)
    case 'object':
      return objectReader(path)
    case 'any':
      return anyReader(path)
    case 'map':
      return mapReader(path, place.key)
    case 'texts': {
      const textsOf = listReader(path)
      return body => textsOf(body).map(textRow)
    }
    case 'columns':
      return columnRows(listReader(path), place.columns)
  }
}

function listReader(path: string): RowsReader {
  const allAt = compileAll(path)
  const placeAt = compilePlace(path)
  const spread = isSpread(path)
  return body => {
    const found = allAt(body)
    const [rows] = found ?? []
    if (spread && found !== undefined) return found.flatMap(one => one ?? [])
    if (!spread && Array.isArray(rows)) return rows
    if (!spread && rows === null && path !== '') return []
    throw noRecords(path, placeAt(body), body, 'an array of records')
  }
}

function objectReader(path: string): RowsReader {
  const recordAt = compilePath(path)
  return body => {
    const record = recordAt(body)
    if (record === undefined || record === null) return []
    if (isObject(record)) return [record]
    throw noRecords(path, record, body, 'one record')
  }
}

function anyReader(path: string): RowsReader {
  const foundAt = compilePath(path)
  const recordOf = objectReader(path)
  return body => {
    const found = foundAt(body)
    if (isObject(found) && Object.keys(found).length === 0) return []
    return Array.isArray(found) ? found : recordOf(body)
  }
}

function mapReader(path: string, key: string): RowsReader {
  const mapAt = compilePath(path)
  return body => {
    const map = mapAt(body)
    if (isObject(map)) return Object.entries(map).map(([name, record]) => namedRow(name, record, key))
    // PHP writes an empty object as a list.
    if ((map === null && path !== '') || (Array.isArray(map) && map.length === 0)) return []
    throw noRecords(path, map, body, 'an object of records')
  }
}

/** The name is a field among the others; one that is there already may not be lost. */
function namedRow(name: string, record: unknown, key: string): unknown {
  if (!isObject(record)) return { [key]: name, value: record }
  if (!Object.hasOwn(record, key) || record[key] === name) return { ...record, [key]: name }
  const reason = `its name is ${shown(name)}, and its own ${key} is ${shown(record[key])}; choose another with records.key`
  return new BrokenRow(record, new Unreadable('KEY_CLASH', reason))
}

function textRow(value: unknown): unknown {
  const isText = typeof value === 'string' || typeof value === 'boolean' || isJsonNumber(value)
  if (isText) return { value }
  return new BrokenRow(value, new Unreadable('NOT_A_RECORD', `${shown(value)} is not a text or number`))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isJsonNumber(value)
}
