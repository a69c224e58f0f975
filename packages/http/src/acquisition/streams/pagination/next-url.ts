import { AsyncPatternsError } from 'async-patterns'
import { httpOrigin } from '../../../engines/index.js'
import { ownParameters, streamUrl } from '../requests/stream-url.js'
import { parametersOf, splitUrl } from '../requests/url-text.js'
import type { Chain } from './chained-pagination.js'
import { ChainedPagination, pageKey } from './chained-pagination.js'
import { newPage } from './page-sequence.js'
import type { PagedStream, PaginationKind } from './pagination.js'

/** The source points to a next page that must not or cannot be fetched. */
export class NextUrlError extends AsyncPatternsError {
  /**
   * `NEXT_URL_FOREIGN`: it lies at another origin. `NEXT_URL_INVALID`: it is no HTTP URL.
   * `LINK_HEADER_INVALID`: the header that would name it cannot be read.
   */
  readonly code: 'NEXT_URL_FOREIGN' | 'NEXT_URL_INVALID' | 'LINK_HEADER_INVALID'

  constructor(code: NextUrlError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Each page carries the whole URL of the next in its body. */
export const nextUrlPaging: PaginationKind<{ readonly type: 'nextUrl'; readonly nextUrlPath: string }> = {
  type: 'nextUrl',
  summary: 'the URL in the body, until there is none',
  schema: ({ path }) => ({ nextUrlPath: path() }),
  paths: ({ nextUrlPath }) => ({ next: nextUrlPath }),
  create: (stream, options) => {
    const place = `pagination.nextUrlPath (${options.nextUrlPath})`
    return new ChainedPagination(
      urlChain(stream, place, result => result.paging.next),
      options,
    )
  },
}

/** A chain whose tokens are URLs, absolute or relative to the URL that the page came from. */
export function urlChain(stream: PagedStream, place: string, tokenOf: Chain['tokenOf']): Chain {
  const pageOf = (url: string, ordinal: number) =>
    newPage(stream.name, `url=${urlKey(stream, url)}`, ordinal, { url })
  return {
    key: 'url',
    place,
    first: () => pageOf(streamUrl(stream), 1),
    tokenOf,
    follow: ({ state, ordinal }, token, { url = String(state['url']) }) =>
      pageOf(resolveNext(stream, url, token), ordinal + 1),
    request: ({ state }) => ({ url: String(state['url']) }),
  }
}

/** @throws NextUrlError when it leads to another origin or is no HTTP URL: credentials must not follow it. */
function resolveNext(stream: PagedStream, page: string, next: string): string {
  if (!URL.canParse(next, page))
    throw new NextUrlError('NEXT_URL_INVALID', `${stream.name}: ${JSON.stringify(next)} is not a URL`)
  const url = new URL(next, page)
  const { origin } = new URL(stream.baseUrl)
  if (httpOrigin(url) !== origin || url.username !== '' || url.password !== '') {
    const message = `${stream.name}: the next page lies at ${httpOrigin(url) ?? url.protocol}; allowed is ${origin} alone, without credentials`
    throw new NextUrlError('NEXT_URL_FOREIGN', message)
  }
  url.hash = ''
  return url.href
}

/**
 * What tells a page from the others of its stream: path and query, without what the stream puts into every
 * request. A parameter is never left out for its name: what is called a token may be what tells pages apart.
 */
function urlKey(stream: PagedStream, href: string): string {
  const own = ownParameters(stream)
  const given = parametersOf(splitUrl(href).query)
  const valuesOf = (of: typeof own, name: string) =>
    JSON.stringify(of.filter(parameter => parameter.name === name).map(({ value }) => value))
  const telling = given.filter(({ name }) => valuesOf(given, name) !== valuesOf(own, name))
  const { pathname } = new URL(href)
  return pageKey([pathname, telling.map(({ text }) => text).join('&')].filter(Boolean).join('?'))
}
