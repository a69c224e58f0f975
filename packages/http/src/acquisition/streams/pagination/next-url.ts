import { AsyncPatternsError } from 'async-patterns'
import { isSecretName } from '../../secrets/index.js'
import { streamUrl } from '../requests/stream-url.js'
import type { Chain } from './chained-pagination.js'
import { ChainedPagination, pageKey } from './chained-pagination.js'
import { newPage } from './page-sequence.js'
import type { PagedStream, PaginationKind } from './pagination.js'

/** The source points to a next page that must not or cannot be fetched. */
export class NextUrlError extends AsyncPatternsError {
  /** `NEXT_URL_FOREIGN`: it lies at another origin. `NEXT_URL_INVALID`: it is no HTTP URL. */
  readonly code: 'NEXT_URL_FOREIGN' | 'NEXT_URL_INVALID'

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

/** A chain whose tokens are URLs, absolute or relative to the page that carried them. */
export function urlChain(stream: PagedStream, place: string, tokenOf: Chain['tokenOf']): Chain {
  const pageOf = (url: string, ordinal: number) =>
    newPage(stream.name, `url=${urlKey(stream, url)}`, ordinal, { url })
  return {
    key: 'url',
    place,
    first: () => pageOf(streamUrl(stream), 1),
    tokenOf,
    follow: ({ state, ordinal }, token) =>
      pageOf(resolveNext(stream, String(state['url']), token), ordinal + 1),
    request: ({ state }) => ({ url: String(state['url']) }),
  }
}

/** @throws NextUrlError when it leads to another origin or is no HTTP URL: credentials must not follow it. */
function resolveNext(stream: PagedStream, page: string, next: string): string {
  if (!URL.canParse(next, page))
    throw new NextUrlError('NEXT_URL_INVALID', `${stream.name}: ${JSON.stringify(next)} is not a URL`)
  const url = new URL(next, page)
  const { origin } = new URL(stream.baseUrl)
  if (url.origin !== origin || url.username !== '' || url.password !== '') {
    const message = `${stream.name}: the next page lies at ${url.origin}; allowed is ${origin} alone, without credentials`
    throw new NextUrlError('NEXT_URL_FOREIGN', message)
  }
  url.hash = ''
  return url.href
}

/**
 * What tells a page from the others of its stream: path and query without the stream's own and without
 * secrets.
 */
function urlKey(stream: PagedStream, href: string): string {
  const url = new URL(href)
  const telling = [...url.searchParams].filter(
    ([name, value]) => stream.query[name] !== value && !isSecretName(name),
  )
  const query = new URLSearchParams(telling).toString()
  return pageKey(query === '' ? url.pathname : `${url.pathname}?${query}`)
}
