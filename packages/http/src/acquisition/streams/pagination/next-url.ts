import { httpOrigin } from '../../../engines/index.js'
import type { SchemaParts } from '../../schema/index.js'
import { ownParameters, streamUrl } from '../requests/stream-url.js'
import { parametersOf, splitUrl } from '../requests/url-text.js'
import type { Chain } from './chained-pagination.js'
import { ChainedPagination, pageKey } from './chained-pagination.js'
import { NextUrlError } from './next-url-error.js'
import type { PathOrExpression } from './path-or-expression.js'
import { pathSchema, placesAt, shownPath } from './path-or-expression.js'
import { newPage } from './page-sequence.js'
import type { PagedStream, PaginationKind } from './pagination.js'

/** Where next pages may lie. */
export interface NextOrigins {
  /** Origins beside that of `baseUrl`. Because they are named here, they get its credentials too. */
  readonly allow?: readonly string[] | undefined
}

export interface NextUrlPaging extends NextOrigins {
  readonly type: 'nextUrl'
  /**
   * In the body; of several paths the first with a URL. Or what an expression (JSONata) makes of the body. Or else
   * a header's name.
   */
  readonly nextUrlPath?: PathOrExpression | undefined
  readonly nextUrlHeader?: string | undefined
}

/** The URL that led to a page; nothing leads to the first. */
export const urlTold: NonNullable<PaginationKind<NextUrlPaging>['told']> = {
  name: 'url',
  of: ({ ordinal, state }) => (ordinal === 1 ? undefined : state['url']),
}

/** Each page carries the whole URL of the next in its body or in a header. */
export const nextUrlPaging: PaginationKind<NextUrlPaging> = {
  type: 'nextUrl',
  summary: 'the URL in the body or in a header, until there is none',
  schema: parts => ({
    nextUrlPath: pathSchema(parts).optional(),
    nextUrlHeader: parts.headerName().optional(),
    allow: allowSchema(parts),
  }),
  check: ({ nextUrlPath, nextUrlHeader }) =>
    (nextUrlPath === undefined) === (nextUrlHeader === undefined)
      ? { key: 'nextUrlPath', allowed: 'a path such as links.next, or nextUrlHeader in its place' }
      : undefined,
  told: urlTold,
  paths: ({ nextUrlPath = [], nextUrlHeader }) => ({
    next: nextUrlHeader === undefined ? placesAt(nextUrlPath, path => path) : { header: nextUrlHeader },
  }),
  create: (stream, options) => {
    const { nextUrlPath, nextUrlHeader, allow } = options
    const place =
      nextUrlHeader === undefined
        ? `pagination.nextUrlPath (${shownPath(nextUrlPath)})`
        : `pagination.nextUrlHeader (${nextUrlHeader})`
    return new ChainedPagination(
      urlChain({ ...stream, allow }, place, result => result.paging.next),
      options,
    )
  },
}

export function allowSchema({ checkedText, list }: SchemaParts) {
  const allowed = 'a list of origins such as https://files.acme.example'
  return list(checkedText(allowed, isOrigin), allowed).optional()
}

function isOrigin(text: string): boolean {
  if (httpOrigin(text) === undefined) return false
  const { pathname, search, hash, username, password } = new URL(text)
  return pathname === '/' && search + hash + username + password === ''
}

type LinkedStream = PagedStream & NextOrigins

/** A chain whose tokens are URLs, absolute or relative to the URL that the page came from. */
export function urlChain(stream: LinkedStream, place: string, tokenOf: Chain['tokenOf']): Chain {
  const pageOf = (url: string, ordinal: number) =>
    newPage(stream.name, `url=${urlKey(stream, url)}`, ordinal, { url })
  return {
    key: 'url',
    place,
    first: () => pageOf(streamUrl(stream), 1),
    tokenOf,
    follow: ({ state, ordinal }, token, { url = String(state['url']) }) =>
      pageOf(resolveNext(stream, url, String(token)), ordinal + 1),
    request: ({ state }) => ({ url: String(state['url']) }),
  }
}

/** @throws NextUrlError when it leads to another origin or is no HTTP URL: credentials must not follow it. */
export function resolveNext({ name, baseUrl, allow = [] }: LinkedStream, page: string, next: string): string {
  if (!URL.canParse(next, page))
    throw new NextUrlError('NEXT_URL_INVALID', `${name}: ${JSON.stringify(next)} is not a URL`)
  const url = new URL(next, page)
  const origins = [baseUrl, ...allow].map(one => new URL(one).origin)
  if (!origins.includes(httpOrigin(url) ?? '') || url.username !== '' || url.password !== '') {
    const allowed = `${origins.join(', ')} alone, without credentials; pagination.allow may name more`
    const message = `${name}: the next page lies at ${httpOrigin(url) ?? url.protocol}; allowed is ${allowed}`
    throw new NextUrlError('NEXT_URL_FOREIGN', message)
  }
  url.hash = ''
  return url.href
}

/**
 * What tells a page from the others of its stream: path and query, without what the stream puts into every
 * request, and an origin that is not the stream's own. A parameter is never left out for its name: what is
 * called a token may be what tells pages apart.
 */
function urlKey(stream: PagedStream, href: string): string {
  const own = ownParameters(stream)
  const given = parametersOf(splitUrl(href).query)
  const valuesOf = (of: typeof own, name: string) =>
    JSON.stringify(of.filter(parameter => parameter.name === name).map(({ value }) => value))
  const telling = given.filter(({ name }) => valuesOf(given, name) !== valuesOf(own, name))
  const { origin, pathname } = new URL(href)
  const place = origin === new URL(stream.baseUrl).origin ? pathname : origin + pathname
  return pageKey([place, telling.map(({ text }) => text).join('&')].filter(Boolean).join('?'))
}
