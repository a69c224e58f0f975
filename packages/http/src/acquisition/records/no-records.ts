import { PageInvalidError } from './page-invalid-error.js'
import { shown } from './unreadable.js'

/** Something else than `wanted` stands where the records should be. */
export function noRecords(path: string, found: unknown, page: unknown, wanted: string): PageInvalidError {
  const body = path === '' ? '' : `; the body is ${outline(page)}`
  const where = path === '' ? 'the body' : `"${path}" in the body`
  return new PageInvalidError('NO_RECORDS', `${where} is ${outline(found)}, not ${wanted}${body}`)
}

const outlinedKeys = 10

/** A value without its contents, which may be a whole page. */
function outline(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value !== 'object' || value === null) return shown(value)
  return `an object with the keys ${shown(Object.keys(value).slice(0, outlinedKeys))}`
}
