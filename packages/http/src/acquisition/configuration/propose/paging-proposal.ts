import type { JsonObject, Proposal } from './proposal.js'
import { at, isObject } from './proposal.js'

/** A pagination as the file says it. */
export type PagingKeys = Readonly<Record<string, unknown>> & { readonly type: string }

/** One page as it came, and what was asked for. */
export interface SeenPage {
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly rows: readonly JsonObject[]
}

type Rule = (page: SeenPage) => Proposal<PagingKeys> | undefined

/** From what is plain to what is guessed: the first that fits. */
const RULES: readonly Rule[] = [
  linkHeader,
  hubSpot,
  nextUrl,
  hasMoreOfLast,
  pageInfo,
  token,
  nextPageNumber,
  numbered,
  offset,
  asked,
  totalHeader,
]

/** How the page says that there are more. */
export function pagingOf(page: SeenPage): Proposal<PagingKeys> {
  for (const rule of RULES) {
    const found = rule(page)
    if (found !== undefined) return found
  }
  return { value: { type: 'none' }, sure: 'guess', why: 'nothing on the page tells of others' }
}

const SIZE_NAMES = [
  'limit',
  'per_page',
  'page_size',
  'pageSize',
  'perPage',
  'size',
  'first',
  '$top',
  'maxResults',
]

/** The parameter that says how many records a page has, where it was asked with one. */
function sizeOf({ query }: SeenPage): { sizeParam?: string; pageSize?: number } {
  const sizeParam = [...SIZE_NAMES, 'page[size]', 'page[limit]'].find(name =>
    /^[1-9]\d*$/.test(query.get(name) ?? ''),
  )
  return sizeParam === undefined ? {} : { sizeParam, pageSize: Number(query.get(sizeParam)) }
}

function linkHeader({ headers }: SeenPage): Proposal<PagingKeys> | undefined {
  const { link } = headers
  if (link === undefined || !/rel="?(?:next|prev|first|last)\b/i.test(link)) return undefined
  const hasNext = /rel="?next\b/i.test(link)
  return {
    value: { type: 'linkHeader' },
    sure: hasNext ? 'certain' : 'likely',
    why: hasNext
      ? 'a Link header with rel="next"'
      : 'a Link header, but without rel="next": it may be the last page',
  }
}

function hubSpot(page: SeenPage): Proposal<PagingKeys> | undefined {
  if (typeof at(page.body, 'paging.next.after') !== 'string') return undefined
  const value = { type: 'cursor', cursorPath: 'paging.next.after', cursorParam: 'after', ...sizeOf(page) }
  return { value, sure: 'certain', why: 'paging.next.after is a token' }
}

function nextUrl({ body, rows }: SeenPage): Proposal<PagingKeys> | undefined {
  const isUrl = (value: unknown): boolean => typeof value === 'string' && /^(?:https?:\/\/|[/?])/.test(value)
  const found = outside(body, rows).find(([path, value]) => /next/i.test(path) && isUrl(value))
  if (found !== undefined)
    return {
      value: { type: 'nextUrl', nextUrlPath: found[0] },
      sure: 'certain',
      why: 'the URL of the next page stands there',
    }
  const absent = outside(body, rows).find(
    ([path, value]) =>
      value === null && /^(?:next|links\.next|_links\.next|next_page_url|next_url)$/.test(path),
  )
  return (
    absent && {
      value: { type: 'nextUrl', nextUrlPath: absent[0] },
      sure: 'likely',
      why: 'named like the URL of the next page; null on this one',
    }
  )
}

/** Stripe's way: the last record's id is the cursor. */
function hasMoreOfLast(page: SeenPage): Proposal<PagingKeys> | undefined {
  const { body, rows } = page
  if (typeof at(body, 'has_more') !== 'boolean' || typeof rows[0]?.['id'] !== 'string') return undefined
  if (outside(body, rows).some(([path]) => /cursor|token/i.test(path))) return undefined
  const isList = at(body, 'object') === 'list'
  return {
    value: {
      type: 'cursor',
      from: 'lastRecord',
      cursorPath: 'id',
      cursorParam: 'starting_after',
      hasMorePath: 'has_more',
      ...sizeOf(page),
    },
    sure: isList ? 'certain' : 'guess',
    why: isList
      ? 'has_more and object: list, as Stripe has them'
      : 'has_more without a cursor: the last id may be one',
  }
}

function pageInfo({ body, rows }: SeenPage): Proposal<PagingKeys> | undefined {
  const found = outside(body, rows).find(([path]) => /(?:^|\.)(?:endCursor|end_cursor)$/.test(path))
  if (found === undefined) return undefined
  const [path] = found
  const more = path.replace(/endCursor$/, 'hasNextPage').replace(/end_cursor$/, 'has_next_page')
  const hasMore = typeof at(body, more) === 'boolean' ? { hasMorePath: more } : {}
  return {
    value: { type: 'cursor', cursorPath: path, cursorParam: 'after', ...hasMore },
    sure: 'likely',
    why: 'a connection as GraphQL has it; where the cursor goes is not told',
  }
}

/** By the cursor's name, the parameter that mostly takes it. */
const TOKENS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)nextPageToken$/, 'pageToken'],
  [/(?:^|\.)next_page_token$/, 'page_token'],
  [/(?:^|\.)(?:next_?token|NextToken)$/i, 'next_token'],
  [/(?:^|\.)(?:next_?cursor|cursor|cursors?\.(?:next|after))$/i, 'cursor'],
  [/(?:^|\.)(?:continuation_?token|continuation)$/i, 'continuation'],
  [/(?:^|\.)(?:after|next_?after)$/, 'after'],
  [/(?:^|\.)bookmark$/, 'bookmark'],
]

function token(page: SeenPage): Proposal<PagingKeys> | undefined {
  for (const [path, value] of outside(page.body, page.rows)) {
    const [, cursorParam] = TOKENS.find(([name]) => name.test(path)) ?? []
    const isToken = value === null || typeof value === 'string' || typeof value === 'number'
    if (cursorParam === undefined || !isToken) continue
    const isThere = value !== null && value !== ''
    return {
      value: { type: 'cursor', cursorPath: path, cursorParam, ...sizeOf(page) },
      sure: isThere ? 'likely' : 'guess',
      why: `named like a cursor${isThere ? '' : ', empty on this page'}; that ${cursorParam} takes it is custom`,
    }
  }
  const { body, rows } = page
  const isAirtable = typeof at(body, 'offset') === 'string' && !/^\d+$/.test(String(at(body, 'offset')))
  if (!isAirtable || rows.length === 0) return undefined
  return {
    value: { type: 'cursor', cursorPath: 'offset', cursorParam: 'offset' },
    sure: 'likely',
    why: 'offset is a token',
  }
}

function nextPageNumber({ body, rows, query }: SeenPage): Proposal<PagingKeys> | undefined {
  const found = outside(body, rows).find(
    ([path, value]) => /(?:^|\.)(?:next_?page)$/i.test(path) && (typeof value === 'number' || value === null),
  )
  if (found === undefined) return undefined
  const [path, value] = found
  return {
    value: { type: 'cursor', cursorPath: path, cursorParam: pageNameIn(query) ?? 'page' },
    sure: value === null ? 'guess' : 'likely',
    why: `the number of the next page stands there${value === null ? ', none on this one' : ''}`,
  }
}

const PAGE_NAMES = ['page', 'page[number]', 'pageNumber', 'page_number', 'currentPage', 'p']

function pageNameIn(query: URLSearchParams): string | undefined {
  return PAGE_NAMES.find(name => query.has(name))
}

const LAST_PAGE = /(?:^|\.)(?:total_?pages|page_?count|last_?page|pages|num_?pages)$/i
const CURRENT = /(?:^|\.)(?:page|current_?page|page_?number|page_?index)$/i
const SIZE = /(?:^|\.)(?:per_?page|page_?size|limit|size|max_?results)$/i
const TOTAL = /(?:^|\.)(?:total|total_?count|count|total_?records|total_?results|total_?items)$/i
const OFFSET = /(?:^|\.)(?:offset|start|start_?at|skip|from)$/i

function numbered(page: SeenPage): Proposal<PagingKeys> | undefined {
  const numbers = numbersOf(page)
  const last = numbers.find(([path]) => LAST_PAGE.test(path))
  const current = numbers.find(([path]) => CURRENT.test(path))
  if (current === undefined) return undefined
  const size = numbers.find(([path]) => SIZE.test(path))?.[1]
  const total = numbers.find(([path]) => TOTAL.test(path))?.[0]
  const { sizeParam, pageSize = size ?? page.rows.length } = sizeOf(page)
  const value = {
    type: 'page',
    pageParam: pageNameIn(page.query) ?? 'page',
    ...(current[1] === 0 && { firstPage: 0 }),
    pageSize: Math.max(1, pageSize),
    ...(sizeParam !== undefined && { sizeParam }),
    ...(last !== undefined
      ? { totalPagesPath: last[0] }
      : total !== undefined && { totalRecordsPath: total }),
  }
  const sure = last !== undefined || total !== undefined ? 'likely' : 'guess'
  return {
    value,
    sure,
    why: `${current[0]} is a page number${last === undefined ? '' : `, ${last[0]} the last one`}`,
  }
}

function offset(page: SeenPage): Proposal<PagingKeys> | undefined {
  const numbers = numbersOf(page)
  const start = numbers.find(([path]) => OFFSET.test(path))
  if (start === undefined) return undefined
  const size = numbers.find(([path]) => SIZE.test(path))
  const total = numbers.find(([path]) => TOTAL.test(path))
  const offsetParam = lastName(start[0])
  const value = {
    type: 'offset',
    offsetParam,
    limitParam: size === undefined ? 'limit' : lastName(size[0]),
    pageSize: Math.max(1, size?.[1] ?? page.rows.length),
    ...(total !== undefined && { totalRecordsPath: total[0] }),
  }
  return {
    value,
    sure: total === undefined ? 'guess' : 'likely',
    why: `${start[0]} says how many records came before`,
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

/** Only the request tells: whoever asked knew these parameters. */
function asked(page: SeenPage): Proposal<PagingKeys> | undefined {
  const { query, rows } = page
  const pageParam = pageNameIn(query)
  const { sizeParam, pageSize = Math.max(1, rows.length) } = sizeOf(page)
  const why = 'the URL that was given has it'
  if (pageParam !== undefined)
    return {
      value: { type: 'page', pageParam, pageSize, ...(sizeParam !== undefined && { sizeParam }) },
      sure: 'guess',
      why,
    }
  const offsetParam = ['offset', 'start', 'skip', '$skip', 'startAt'].find(name => query.has(name))
  return offsetParam === undefined
    ? undefined
    : {
        value: { type: 'offset', offsetParam, limitParam: sizeParam ?? 'limit', pageSize },
        sure: 'guess',
        why,
      }
}

function totalHeader({ headers, rows }: SeenPage): Proposal<PagingKeys> | undefined {
  const total = Number(headers['x-total-count'])
  if (!Number.isInteger(total) || total <= rows.length || rows.length === 0) return undefined
  const value = {
    type: 'page',
    pageParam: 'page',
    pageSize: rows.length,
    totalRecordsHeader: 'x-total-count',
  }
  return {
    value,
    sure: 'guess',
    why: 'x-total-count says that there are more; how to ask for them is not told',
  }
}

function numbersOf({ body, rows }: SeenPage): (readonly [string, number])[] {
  return outside(body, rows).flatMap(([path, value]) =>
    typeof value === 'number' && Number.isInteger(value) ? [[path, value] as const] : [],
  )
}

/** All single values outside the records, by path. */
function outside(
  body: unknown,
  rows: readonly JsonObject[],
  path = '',
  depth = 0,
): (readonly [string, unknown])[] {
  if (!isObject(body)) return path === '' ? [] : [[path, body]]
  if (depth > 4 || rows.includes(body)) return []
  return Object.entries(body).flatMap(([key, value]) => {
    const here = path === '' ? keyText(key) : `${path}.${keyText(key)}`
    return Array.isArray(value) ? [] : outside(value, rows, here, depth + 1)
  })
}

function keyText(key: string): string {
  return /^[\w$@-]+$/.test(key) ? key : `["${key}"]`
}
