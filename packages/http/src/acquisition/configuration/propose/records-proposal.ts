import type { JsonObject, Proposal } from './proposal.js'
import { isObject } from './proposal.js'

/** Where a page has its records, and those that it has. */
export interface FoundRecords {
  readonly path: Proposal<string>
  readonly rows: readonly JsonObject[]
}

const DEEPEST = 4

/** Keys that need no quoting in a path. */
const plainKey = /^[A-Za-z_$@][\w$@-]*$/

/** The largest list of objects on the page; undefined where there is none. */
export function recordsOf(page: unknown): FoundRecords | undefined {
  const lists = listsIn(page, [])
  const [largest, ...others] = lists.toSorted(
    (a, b) => b.rows.length - a.rows.length || a.path.length - b.path.length,
  )
  if (largest === undefined) return undefined
  const path = largest.path.join('.')
  if (path === '')
    return { path: { value: '', sure: 'certain', why: 'the page is a list' }, rows: largest.rows }
  if (largest.rows.length === 0)
    return { path: { value: path, sure: 'guess', why: 'a list, but it is empty' }, rows: [] }
  const rivals = others.filter(({ rows }) => rows.length > 0)
  return rivals.length === 0
    ? { path: { value: path, sure: 'certain', why: 'the only list of objects' }, rows: largest.rows }
    : {
        path: { value: path, sure: 'likely', why: `the largest of ${rivals.length + 1} lists of objects` },
        rows: largest.rows,
      }
}

interface List {
  readonly path: readonly string[]
  readonly rows: readonly JsonObject[]
}

function listsIn(value: unknown, path: readonly string[]): List[] {
  if (Array.isArray(value)) {
    const items: unknown[] = value
    return items.every(isObject) ? [{ path, rows: items }] : []
  }
  if (!isObject(value) || path.length >= DEEPEST) return []
  return Object.entries(value).flatMap(([key, item]) =>
    plainKey.test(key) && !key.includes('.') ? listsIn(item, [...path, key]) : [],
  )
}
