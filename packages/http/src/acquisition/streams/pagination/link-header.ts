import { headerUrl } from '../../../engines/index.js'
import { streamUrl } from '../requests/stream-url.js'
import { ChainedPagination } from './chained-pagination.js'
import { NextUrlError, urlChain } from './next-url.js'
import type { PagedStream, PaginationKind } from './pagination.js'
import { webLinks } from './web-links.js'

/** Each page carries the URL of the next in its Link header. */
export const linkHeaderPaging: PaginationKind<{ readonly type: 'linkHeader' }> = {
  type: 'linkHeader',
  summary: 'the `next` of the `Link` header (RFC 8288)',
  schema: () => ({}),
  paths: () => ({}),
  create: (stream, options) =>
    new ChainedPagination(
      urlChain(stream, 'the Link header', ({ headers, url = streamUrl(stream) }) =>
        nextLink(stream, headers['link'], url),
      ),
      options,
    ),
}

/** How much of a header that cannot be read is shown. */
const SHOWN = 80

/**
 * The target of the first link with the relation `next` in the Link header of a page, still relative if it
 * was; null when the header has none, undefined when there is no header.
 * @throws NextUrlError when there is none among what can be read, but not all can be: that is no end.
 */
export function nextLink(
  { name }: Pick<PagedStream, 'name'>,
  header: string | undefined,
  page: string,
): string | null | undefined {
  if (header === undefined) return undefined
  const { links, unread } = webLinks(header)
  const next = links.find(({ relations, anchor }) => relations.includes('next') && isOf(page, anchor))
  // An empty one leads back to the page, not to the end.
  if (next !== undefined) return headerUrl(next.target) || '#'
  if (unread === undefined) return null
  const shown = JSON.stringify(headerUrl(unread).slice(0, SHOWN))
  const allowed = 'allowed is <URL>; rel="next", or no link'
  throw new NextUrlError('LINK_HEADER_INVALID', `${name}: the Link header has ${shown}; ${allowed}`)
}

/** A link with an anchor is one of the page where that has the page's path, under whatever host. */
function isOf(page: string, anchor: string | undefined): boolean {
  if (anchor === undefined) return true
  if (!URL.canParse(headerUrl(anchor), page)) return false
  const { pathname, hash } = new URL(headerUrl(anchor), page)
  return pathname === new URL(page).pathname && hash === ''
}
