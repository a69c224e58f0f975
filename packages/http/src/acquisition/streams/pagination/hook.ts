import type { PageRef } from '../../ledger/index.js'
import type { NextPage } from '../../records/index.js'
import type { PageParameter } from '../requests/param-place.js'
import { placeProblem } from '../requests/param-place.js'
import type { Chain } from './chained-pagination.js'
import { ChainedPagination, pageKey } from './chained-pagination.js'
import { NextUrlError } from './next-url-error.js'
import type { NextOrigins } from './next-url.js'
import { allowSchema, resolveNext } from './next-url.js'
import { newPage } from './page-sequence.js'
import type { PagedStream, PaginationKind } from './pagination.js'

export interface HookPaging extends NextOrigins {
  readonly type: 'hook'
}

/** Code says what the next page is asked for with: it runs where the page is read, and its answer is the token. */
export const hookPaging: PaginationKind<HookPaging> = {
  type: 'hook',
  summary: 'what `hooks.paginate` of a pipeline in code returns, until it returns nothing',
  schema: parts => ({ allow: allowSchema(parts) }),
  paths: () => ({}),
  create: (stream, options) => new ChainedPagination(hookChain({ ...stream, allow: options.allow }), options),
}

/** What `paginate` left for the page that it made known. */
export function hookState({ state: { cursor } }: PageRef, { type }: { readonly type: string }): unknown {
  return type === 'hook' && cursor !== undefined ? (JSON.parse(String(cursor)) as NextPage).state : undefined
}

function hookChain(stream: PagedStream & NextOrigins): Chain {
  const { name } = stream
  return {
    key: 'cursor',
    place: 'hooks.paginate',
    first: () => newPage(name, 'first', 1, {}),
    tokenOf: ({ paging }) => paging.next,
    follow: ({ state, ordinal }, token, { url: from = String(state['url'] ?? stream.baseUrl) }) => {
      const { url, ...rest } = JSON.parse(String(token)) as NextPage
      checkPlaces(name, rest)
      // A URL stands apart, where the credentials that it may hold are known.
      const whole = url === undefined ? undefined : resolveNext(stream, from, url)
      const cursor = JSON.stringify({ ...rest, ...(whole !== undefined && { at: pageKey(whole) }) })
      const next = { cursor, ...(whole !== undefined && { url: whole }) }
      return newPage(name, `next=${pageKey(cursor)}`, ordinal + 1, next)
    },
    request: ({ state: { cursor, url } }) => ({
      ...(url !== undefined && { url: String(url) }),
      parameters: cursor === undefined ? [] : parametersOf(JSON.parse(String(cursor)) as NextPage),
    }),
  }
}

/** @throws NextUrlError for what cannot be sent. */
function checkPlaces(name: string, next: NextPage): void {
  const bad = parametersOf(next).find(parameter => placeProblem(parameter) !== undefined)
  if (bad === undefined) return
  const message = `${name}: hooks.paginate returned ${JSON.stringify(bad.value)}; ${placeProblem(bad) ?? ''}`
  throw new NextUrlError('CURSOR_INVALID', message)
}

function parametersOf({ query = {}, headers = {}, body = {}, path }: NextPage): PageParameter[] {
  const placed = (values: typeof query, placeOf: (name: string) => PageParameter['place']): PageParameter[] =>
    Object.entries(values).map(([name, value]) => ({ place: placeOf(name), value }))
  return [
    ...placed(query, name => ({ query: name })),
    ...placed(headers, name => ({ header: name })),
    ...placed(body, name => ({ body: name })),
    ...suffixOf(path),
  ]
}

/** What stands between its slashes is encoded. */
function suffixOf(path: string | undefined): PageParameter[] {
  const parts = path?.split('/') ?? []
  return parts
    .map((value, index) => ({ place: { path: index === 0 ? '{}' : '/{}' }, value }))
    .filter(({ value }, index) => index > 0 || value !== '')
}
