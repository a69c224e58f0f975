import { headerUrl } from '../../../engines/index.js'
import { streamUrl } from '../requests/stream-url.js'
import { ChainedPagination } from './chained-pagination.js'
import type { NextOrigins } from './next-url.js'
import { allowSchema, urlChain, urlTold } from './next-url.js'
import { NextUrlError } from './next-url-error.js'
import type { PagedStream, PageResult, PaginationKind } from './pagination.js'
import { webLinks } from './web-links.js'

export interface LinkHeaderPaging extends NextOrigins {
  readonly type: 'linkHeader'
  /** The relation of the link to the next page. Default next. */
  readonly rel?: string | undefined
}

/** Each page carries the URL of the next in its Link header. */
export const linkHeaderPaging: PaginationKind<LinkHeaderPaging> = {
  type: 'linkHeader',
  summary: 'the `next` of the `Link` header (RFC 8288), or the link of another `rel`',
  schema: parts => ({
    rel: parts.checkedText('a relation such as next, without spaces', rel => !/\s/.test(rel)).optional(),
    allow: allowSchema(parts),
  }),
  told: urlTold,
  paths: () => ({}),
  create: (stream, options) => {
    const { rel = 'next', allow } = options
    const tokenOf = ({ headers, url = streamUrl(stream) }: PageResult) =>
      nextLink(stream, headers['link'], url, rel)
    return new ChainedPagination(urlChain({ ...stream, allow }, 'the Link header', tokenOf), options)
  },
}

/** How much of a header that cannot be read is shown. */
const SHOWN = 80

/**
 * The target of the first link with the relation in the Link header of a page, still relative if it
 * was; null when the header has none, undefined when there is no header.
 * @throws NextUrlError when there is none among what can be read, but not all can be: that is no end.
 */
export function nextLink(
  { name }: Pick<PagedStream, 'name'>,
  header: string | undefined,
  page: string,
  rel = 'next',
): string | null | undefined {
  if (header === undefined) return undefined
  const { links, unread } = webLinks(header)
  const next = links.find(
    ({ relations, anchor }) => relations.includes(rel.toLowerCase()) && isOf(page, anchor),
  )
  // An empty one leads back to the page, not to the end.
  if (next !== undefined) return headerUrl(next.target) || '#'
  if (unread === undefined) return null
  const shown = JSON.stringify(headerUrl(unread).slice(0, SHOWN))
  const allowed = `allowed is <URL>; rel="${rel}", or no link`
  throw new NextUrlError('LINK_HEADER_INVALID', `${name}: the Link header has ${shown}; ${allowed}`)
}

/** A link with an anchor is one of the page where that has the page's path, under whatever host. */
function isOf(page: string, anchor: string | undefined): boolean {
  if (anchor === undefined) return true
  if (!URL.canParse(headerUrl(anchor), page)) return false
  const { pathname, hash } = new URL(headerUrl(anchor), page)
  return pathname === new URL(page).pathname && hash === ''
}
