import type { PagingPlace, Token } from '../../records/index.js'
import { isToken } from '../../records/index.js'
import { isComputed } from '../../references/index.js'
import type { SchemaParts } from '../../schema/index.js'
import type { PageParameter, ParamPlace } from '../requests/param-place.js'
import { placeOrFalseSchema, placeProblem, placeSchema } from '../requests/param-place.js'
import type { Chain } from './chained-pagination.js'
import { ChainedPagination, pageKey } from './chained-pagination.js'
import { NextUrlError } from './next-url-error.js'
import { newPage } from './page-sequence.js'
import type { PathOrExpression } from './path-or-expression.js'
import { pathSchema, PATHS, placesAt, shownPath } from './path-or-expression.js'
import type { PagedStream, PaginationKind } from './pagination.js'

/** Where one of several cursors stands: a path or a header's name, read as `from` says, or one of these. */
type CursorOrigin =
  | string
  | ({ readonly to?: ParamPlace | undefined } & (
      | { readonly body: string }
      | { readonly header: string }
      | { readonly lastRecord: string }
    ))

export interface CursorPaging {
  readonly type: 'cursor'
  /** Where the cursor stands. Default: in a header with `cursorHeader`, else in the body. */
  readonly from?: 'body' | 'header' | 'lastRecord' | undefined
  /**
   * In the body or in the last raw record of the page; of several paths the first with a cursor. Or what an
   * expression (JSONata) makes of the body.
   */
  readonly cursorPath?: PathOrExpression | undefined
  readonly cursorHeader?: string | undefined
  /** The cursor is this parameter of the URL that stands there. */
  readonly cursorFromQuery?: string | undefined
  /** `false`: it is sent where the requests refer to `pagination.cursor`, or nowhere. */
  readonly cursorParam: ParamPlace | false
  /** Several at once, by the query parameter to which each goes unless it says another place. */
  readonly params?: Readonly<Record<string, CursorOrigin>> | undefined
  /** What the first page is asked for with. Default: with no cursor. */
  readonly startCursor?: string | number | undefined
  readonly sizeParam?: ParamPlace | undefined
  readonly pageSize?: number | undefined
}

/** Each page carries the token of the next. */
export const cursorPaging: PaginationKind<CursorPaging> = {
  type: 'cursor',
  summary: 'the token in the body, in a header or in the last record, until there is none',
  schema: parts => ({
    from: parts.oneOf(['body', 'header', 'lastRecord']).optional(),
    cursorPath: pathSchema(parts).optional(),
    cursorHeader: parts.headerName().optional(),
    cursorFromQuery: parts.text().optional(),
    cursorParam: placeOrFalseSchema(parts).prefault('cursor'),
    params: parts.textMap(originSchema(parts)),
    startCursor: parts.anyOf([parts.text(), parts.wholeNumber()], 'a text or a whole number').optional(),
    sizeParam: placeSchema(parts).optional(),
    pageSize: parts.count(1, 1_000_000).optional(),
  }),
  check: ({ from, cursorPath, cursorHeader, cursorFromQuery, params, startCursor }) => {
    const given = [cursorPath, cursorHeader, params].filter(one => one !== undefined)
    if (given.length !== 1)
      return { key: 'cursorPath', allowed: `${PATHS}; or cursorHeader or params in its place` }
    if (cursorHeader !== undefined && from !== undefined && from !== 'header')
      return { key: 'from', allowed: 'header beside cursorHeader' }
    if (cursorPath !== undefined && from === 'header')
      return { key: 'cursorPath', allowed: 'cursorHeader in its place, beside from: header' }
    if (isComputed(cursorPath) && from !== undefined)
      return { key: 'from', allowed: 'none beside an expression, which knows $lastRecord and $headers' }
    if (params !== undefined && Object.keys(params).length === 0)
      return { key: 'params', allowed: 'at least one parameter: { after: a.b }' }
    if (params !== undefined && cursorFromQuery !== undefined)
      return { key: 'cursorFromQuery', allowed: 'none beside params' }
    if (params !== undefined && startCursor !== undefined)
      return { key: 'startCursor', allowed: 'none beside params' }
    return undefined
  },
  told: { name: 'cursor', of: ({ state }) => state['cursor'] },
  paths: ({ from, cursorPath, cursorHeader, cursorFromQuery, params }) => ({
    ...(cursorHeader !== undefined && { next: { header: cursorHeader } }),
    ...(cursorPath !== undefined && { next: placesAt(cursorPath, path => placeOf(path, from)) }),
    ...(cursorFromQuery !== undefined && { nextQuery: cursorFromQuery }),
    ...(params !== undefined && { params: mapped(params, origin => placeOf(origin, from)) }),
  }),
  create: (stream, options) => new ChainedPagination(cursorChain(stream, options), options),
}

function originSchema(parts: SchemaParts) {
  const { anyOf, path, headerName, strict } = parts
  const to = { to: placeSchema(parts).optional() }
  return anyOf(
    [
      path(),
      strict({ body: path(), ...to }),
      strict({ header: headerName(), ...to }),
      strict({ lastRecord: path(), ...to }),
    ],
    'a path, or { body: path }, { header: name } or { lastRecord: path }, each with { to: place } where it ' +
      'goes to no query parameter',
  )
}

function placeOf(origin: CursorOrigin, from: CursorPaging['from']): PagingPlace {
  if (typeof origin === 'object') return 'body' in origin ? origin.body : origin
  return from === 'header' ? { header: origin } : from === 'lastRecord' ? { lastRecord: origin } : origin
}

function cursorChain(stream: PagedStream, options: CursorPaging): Chain {
  const { from, cursorPath, cursorHeader, params, startCursor, pageSize } = options
  const { name } = stream
  const places = params === undefined ? [] : Object.values(params).map(origin => placeOf(origin, from))
  return {
    key: 'cursor',
    place:
      params !== undefined
        ? `pagination.params (${Object.keys(params).join(', ')})`
        : cursorHeader === undefined
          ? `pagination.cursorPath (${shownPath(cursorPath)})`
          : `pagination.cursorHeader (${cursorHeader})`,
    inRecords:
      from === 'lastRecord' || places.some(place => typeof place === 'object' && 'lastRecord' in place)
        ? { pageSize: pageSize ?? 2 }
        : undefined,
    first: () => newPage(name, 'first', 1, startCursor === undefined ? {} : { cursor: startCursor }),
    tokenOf: ({ paging }) => (params === undefined ? paging.next : packed(paging.params)),
    follow: (page, cursor) => {
      const sent = parametersOf(options, cursor)
      const bad = sent.find(parameter => placeProblem(parameter) !== undefined)
      if (bad !== undefined) {
        const message = `${name}: the next cursor is ${JSON.stringify(bad.value)}; ${placeProblem(bad) ?? ''}`
        throw new NextUrlError('CURSOR_INVALID', message)
      }
      const key = params === undefined ? String(cursor) : new URLSearchParams(unpacked(cursor)).toString()
      return newPage(name, `cursor=${pageKey(key)}`, page.ordinal + 1, { cursor })
    },
    request: ({ state: { cursor } }) => ({ parameters: parametersOf(options, cursor) }),
  }
}

function parametersOf(options: CursorPaging, cursor: Token | undefined): PageParameter[] {
  const { cursorParam, params, sizeParam, pageSize } = options
  const size =
    sizeParam === undefined || pageSize === undefined ? [] : [{ place: sizeParam, value: pageSize }]
  if (cursor === undefined) return size
  if (params === undefined)
    return cursorParam === false ? size : [...size, { place: cursorParam, value: cursor }]
  const sent = Object.entries(unpacked(cursor)).map(([param, value]) => {
    const origin = params[param]
    return { place: (typeof origin === 'object' ? origin.to : undefined) ?? param, value }
  })
  return [...size, ...sent]
}

/** Several cursors as one text. A place that holds none sends none; where none does, the chain ends. */
function packed(params: Readonly<Record<string, Token | null | undefined>> = {}): string | null | undefined {
  const found = Object.entries(params).filter(([, value]) => isToken(value))
  if (found.length > 0) return JSON.stringify(Object.fromEntries(found))
  return Object.values(params).every(value => value === undefined) ? undefined : null
}

function unpacked(cursor: Token): Record<string, string> {
  return JSON.parse(String(cursor)) as Record<string, string>
}

function mapped<T, U>(values: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))
}
