import type { BodyEndRule } from './end-rules.js'
import { endReader } from './end-rules.js'
import { canonicalDecimal, isJsonNumber, writtenDigits } from './exact-number.js'
import { holdsLoneSurrogate } from './lone-surrogate.js'
import type { PagingName, PagingValues, Token } from './normalised-page.js'
import { PageInvalidError } from './page-invalid-error.js'
import { Unreadable } from './unreadable.js'
import { compilePath } from '../references/index.js'

/**
 * Where a page says something: at a path in its body, in a header, at a path in its last raw record, or as what an
 * expression makes of it.
 */
export type PagingPlace =
  | string
  | { readonly header: string }
  | { readonly lastRecord: string }
  | { readonly expr: string }

/** Where a page says how paging goes on. */
export interface PagingPaths {
  readonly totalRecords?: PagingPlace | undefined
  readonly totalPages?: PagingPlace | undefined
  readonly hasMore?: PagingPlace | undefined
  /** Of several the first at which a token stands. */
  readonly next?: PagingPlace | readonly PagingPlace[] | undefined
  /** At `next` stands a URL, and the token is its parameter of this name. */
  readonly nextQuery?: string | undefined
  /** Further tokens, by name. */
  readonly params?: Readonly<Record<string, PagingPlace>> | undefined
}

/** A page, before its records are read. */
export interface RawPage {
  /** Undefined where there is none: then nothing stands anywhere. */
  readonly body: unknown
  readonly recordCount: number
  readonly lastRecord?: unknown
  /** By expression. */
  readonly computed?: Readonly<Record<string, unknown>>
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** The headers that the places name, in lower case. */
export function headersIn({ params = {}, next, ...places }: PagingPaths): string[] {
  return [places.totalRecords, places.totalPages, places.hasMore, ...[next].flat(), ...Object.values(params)]
    .filter(place => typeof place === 'object' && 'header' in place)
    .map(({ header }) => header.toLowerCase())
}

/** Compiles places and rules once. What makes no sense (a negative total) is told apart, and counts as not there. */
export function pagingReader(
  places: PagingPaths,
  endWhen: readonly BodyEndRule[] = [],
): (page: RawPage) => PagingValues {
  const readers = readersOf(places)
  const paramReaders = Object.entries(places.params ?? {}).map(
    ([name, place]) => [name, readerOf(place)] as const,
  )
  const isEnd = endReader(endWhen)
  return page => {
    const end = isEnd(page)
    if (!end) checkComputed(page)
    const found = readers.map(([name, read]) => [name, read(page)] as const)
    const { totalRecords, totalPages, next, hasMore }: Found = Object.fromEntries(found)
    const params = paramReaders.map(([name, read]) => [name, read(page)] as const)
    const isLost = isUnusable(next) || params.some(([, value]) => isUnusable(value))
    const values = {
      totalRecords: count(totalRecords),
      totalPages: count(totalPages),
      next: cursor(next),
      hasMore: flag(hasMore) ?? (isLost ? true : undefined),
    }
    const unfound = namesOf(found.filter(([, value]) => value === undefined))
    const unread = namesOf(found.filter(([name, value]) => values[name] === undefined && value !== null))
    return {
      ...values,
      ...(params.length > 0 && {
        params: Object.fromEntries(params.map(([name, value]) => [name, cursor(value)])),
      }),
      ...(unfound.length > 0 && { unfound }),
      ...(unread.length > unfound.length && { unread: unread.filter(name => !unfound.includes(name)) }),
      ...(end && { end }),
    }
  }
}

/** Behind the end nobody asks for a next page. @throws PageInvalidError where an expression has failed. */
function checkComputed({ computed = {} }: RawPage): void {
  const failed = Object.values(computed).find(value => value instanceof Unreadable)
  if (failed !== undefined) throw new PageInvalidError('EXPR_FAILED', `how paging goes on: ${failed.reason}`)
}

type Found = { readonly [Name in PagingName]?: unknown }
type Reader = (page: RawPage) => unknown

function readersOf(places: PagingPaths): (readonly [PagingName, Reader])[] {
  const { totalRecords, totalPages, hasMore, next, nextQuery } = places
  const readers = Object.entries({ totalRecords, totalPages, hasMore }).flatMap(([name, place]) =>
    place === undefined ? [] : [[name as PagingName, readerOf(place)] as const],
  )
  if (next === undefined) return readers
  const read = firstOf([next].flat().map(readerOf))
  return [...readers, ['next', nextQuery === undefined ? read : parameterOf(read, nextQuery)]]
}

function readerOf(place: PagingPlace): Reader {
  if (typeof place === 'string') {
    const at = compilePath(place)
    return ({ body }) => at(body)
  }
  if ('header' in place) {
    const name = place.header.toLowerCase()
    return ({ headers = {} }) => headers[name]
  }
  if ('expr' in place) return ({ computed = {} }) => computed[place.expr]
  const at = compilePath(place.lastRecord)
  return ({ lastRecord }) => at(lastRecord)
}

/** What the first says that says anything; else what the last says that is there. */
function firstOf(readers: readonly Reader[]): Reader {
  if (readers.length === 1) return readers[0] as Reader
  return page => {
    const found = readers.map(read => read(page))
    return found.find(value => isToken(cursor(value)) || isUnusable(value)) ?? found.findLast(isThere)
  }
}

const isThere = (value: unknown): boolean => value !== undefined

/** A URL without the parameter says that more follows, but not where; so does what is no URL. */
function parameterOf(read: Reader, name: string): Reader {
  return page => {
    const url = read(page)
    if (!isToken(cursor(url)) || meansNone(cursor(url))) return url
    const [, query = ''] = /\?([^#]*)/.exec(String(url)) ?? []
    return new URLSearchParams(query).get(name) ?? LOST
  }
}

/** In a token's place: there is one, but nobody can tell which. */
const LOST = true

export function isToken(value: Token | null | undefined): value is Token {
  return value !== undefined && value !== null && value !== ''
}

const NONE: ReadonlySet<string> = new Set(['null', 'none', 'nil', 'undefined'])

/** What servers write who mean that there is none. */
export function meansNone(token: Token | null | undefined): boolean {
  return typeof token === 'string' && NONE.has(token.toLowerCase())
}

function namesOf(found: readonly (readonly [PagingName, unknown])[]): PagingName[] {
  return found.map(([name]) => name)
}

function count(value: unknown): number | undefined {
  const text = isJsonNumber(value) ? canonicalDecimal(value) : value
  const number = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}

/** Something stands where the cursor should be, so more follows; but it does not say where. */
function isUnusable(token: unknown): boolean {
  if (typeof token === 'string') return holdsLoneSurrogate(token)
  return token === LOST || (typeof token === 'object' && token !== null && !isJsonNumber(token))
}

/**
 * A cursor may be a number: it stays one where a double gives back its digits, else they are kept as they were
 * written. `false` says that there is none.
 */
function cursor(value: unknown): Token | null | undefined {
  if (value === null || value === false) return null
  if (typeof value === 'number') return value
  if (typeof value === 'string') return holdsLoneSurrogate(value) ? undefined : value
  return isJsonNumber(value) ? writtenDigits(value) : undefined
}

function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const number = isJsonNumber(value) ? canonicalDecimal(value) : undefined
  if (number === '1' || value === 'true') return true
  return number === '0' || value === 'false' ? false : undefined
}
