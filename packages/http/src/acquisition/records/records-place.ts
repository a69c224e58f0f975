import { compilePath } from '../references/index.js'
import { PageInvalidError } from './page-invalid-error.js'
import { shown } from './unreadable.js'

/** Takes the rows out of a page. */
export function rowsReader(path: string): (body: unknown) => readonly unknown[] {
  const rowsAt = compilePath(path)
  return body => {
    const rows = rowsAt(body)
    if (Array.isArray(rows)) return rows
    if (rows === null && path !== '') return []
    throw noRecords(path, rows, body)
  }
}

function noRecords(path: string, found: unknown, page: unknown): PageInvalidError {
  const body = path === '' ? '' : `; the body is ${outline(page)}`
  const where = path === '' ? 'the body' : `"${path}" in the body`
  return new PageInvalidError('NO_RECORDS', `${where} is ${outline(found)}, not an array of records${body}`)
}

const outlinedKeys = 10

/** A value without its contents, which may be a whole page. */
function outline(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value !== 'object' || value === null) return shown(value)
  return `an object with the keys ${shown(Object.keys(value).slice(0, outlinedKeys))}`
}
