import type { ParamPlace } from '../../acquisition/index.js'
import { Mismatch } from './asked-request.js'
import { valueAt } from './path-steps.js'
import type { Paging, Slice } from './page.js'
import type { Remaining } from './placed-values.js'
import type { Row } from './record-maker.js'
import { targetOf, tellingPaths } from './stream-needs.js'
import type { Captured } from './template-text.js'
import { asText } from './template-text.js'

/** The parameter of the mock's own URLs. */
export const PAGE_PARAMETER = '_page'

type Kind<T extends Paging['type']> = Extract<Paging, { readonly type: T }>

/** A server's own size, where the pipeline says none. */
export const PAGE_SIZE = 10

/** Which rows of those that there are. `told`: what the references of the request stand for. */
export type SliceOf = (rows: readonly Row[], told: Captured) => Slice

/** What a page is asked for by is taken out of the request. @throws Mismatch where it is not as declared. */
export function sliceAsked(paging: Paging, remaining: Remaining): SliceOf {
  switch (paging.type) {
    case 'none':
      return rows => ({ from: 0, size: Math.max(1, rows.length) })
    case 'page':
      return numbered(paging, remaining)
    case 'offset':
      return offset(paging, remaining)
    case 'cursor':
      return cursor(paging, remaining)
    default: {
      const from = positionOf(remaining.take(PAGE_PARAMETER)) ?? 0
      return () => ({ from, size: PAGE_SIZE })
    }
  }
}

function numbered(paging: Kind<'page'>, remaining: Remaining): SliceOf {
  const { pageParam, firstPage, pageSize } = paging
  const asked = valueAsked(pageParam, 'pagination.number', remaining)
  const size = sizeOf(paging, remaining)
  return (_rows, told) => {
    const number = whole('the page', asked(told))
    if (number < firstPage) throw new Mismatch(`the page is ${number}; the first one is ${firstPage}`)
    return { from: (number - firstPage) * pageSize, size }
  }
}

function offset({ offsetParam, limitParam, pageSize }: Kind<'offset'>, remaining: Remaining): SliceOf {
  const asked = valueAsked(offsetParam, 'pagination.offset', remaining)
  const sizeParam = limitParam === false ? undefined : limitParam
  const size = sizeOf({ pageSize, sizeParam }, remaining)
  return (_rows, told) => ({ from: whole('the offset', asked(told)), size })
}

/** At its own place, or else where a text of the request refers to it. */
function valueAsked(place: ParamPlace | false, name: string, remaining: Remaining) {
  const value = place === false ? undefined : remaining.take(place)
  return (told: Captured): unknown => (place === false ? told.get(name) : value)
}

function sizeOf(
  { sizeParam, pageSize = PAGE_SIZE }: Pick<Kind<'cursor'>, 'sizeParam' | 'pageSize'>,
  remaining: Remaining,
): number {
  if (sizeParam === undefined || pageSize === undefined) return pageSize
  const size = whole('the size of the page', remaining.take(sizeParam))
  if (size !== pageSize) throw new Mismatch(`the size of the page is ${size}; declared is ${pageSize}`)
  return size
}

function whole(what: string, value: unknown): number {
  if (!/^\d{1,15}$/.test(String(value)))
    throw new Mismatch(`${what} is ${JSON.stringify(value)}; declared is a whole number`)
  return Number(value)
}

function cursor(paging: Kind<'cursor'>, remaining: Remaining): SliceOf {
  const size = sizeOf(paging, remaining)
  const position = paging.params === undefined ? one(paging, remaining) : several(paging, remaining)
  return (rows, told) => ({ from: position(rows, told), size })
}

type PositionIn = (rows: readonly Row[], told: Captured) => number

function one(
  { cursorParam, cursorPath, from, startCursor }: Kind<'cursor'>,
  remaining: Remaining,
): PositionIn {
  const asked = valueAsked(cursorParam, 'pagination.cursor', remaining)
  return (rows, told) => {
    const token = asked(told)
    if (token === undefined) return startCursor === undefined ? 0 : refused('the first page has no cursor')
    if (asText(token) === String(startCursor)) return 0
    if (from === 'lastRecord') return behind(tellingPaths(cursorPath)[0] ?? '', token, rows)
    return positionOf(token) ?? refused(`the cursor ${JSON.stringify(token)} is none that was given`)
  }
}

function several({ params = {}, from }: Kind<'cursor'>, remaining: Remaining): PositionIn {
  const positions = Object.entries(params).map(([name, origin]): PositionIn | undefined => {
    const token = remaining.take(targetOf(name, origin))
    if (token === undefined) return undefined
    const path = recordPath(origin, from)
    return path === undefined ? () => positionOf(token) ?? -1 : rows => behind(path, token, rows)
  })
  return (rows, told) => {
    const [first, ...others] = positions.flatMap(position => position?.(rows, told) ?? [])
    if (others.some(other => other !== first)) throw new Mismatch('the cursors do not belong together')
    return first ?? 0
  }
}

/** Where in the last record a cursor stands, if it stands there. */
function recordPath(
  origin: NonNullable<Kind<'cursor'>['params']>[string],
  from: Kind<'cursor'>['from'],
): string | undefined {
  if (typeof origin === 'string') return from === 'lastRecord' ? origin : undefined
  return 'lastRecord' in origin ? origin.lastRecord : undefined
}

function behind(path: string, token: unknown, rows: readonly Row[]): number {
  const at = rows.findLastIndex(({ raw }) => String(valueAt(raw, path)) === String(token))
  return at < 0 ? refused(`no record has ${JSON.stringify(token)} at ${path}`) : at + 1
}

function refused(message: string): never {
  throw new Mismatch(message)
}

/** A cursor says nothing to whoever gets it. */
export function tokenOf(position: number): string {
  return Buffer.from(`after ${position}`).toString('base64url')
}

function positionOf(token: unknown): number | undefined {
  const text = Buffer.from(String(token), 'base64url').toString()
  const [, digits] = /^after (\d+)$/.exec(text) ?? []
  return token === undefined || digits === undefined ? undefined : Number(digits)
}
