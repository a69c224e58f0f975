import { ChainedPagination } from './chained-pagination.js'
import { urlChain } from './next-url.js'
import type { PaginationKind } from './pagination.js'

/** Each page carries the URL of the next in its Link header. */
export const linkHeaderPaging: PaginationKind<{ readonly type: 'linkHeader' }> = {
  type: 'linkHeader',
  summary: 'the `next` of the `Link` header (RFC 8288)',
  schema: () => ({}),
  paths: () => ({}),
  create: (stream, options) =>
    new ChainedPagination(
      urlChain(stream, 'the Link header', ({ headers }) => nextLink(headers['link'])),
      options,
    ),
}

const linkPattern =
  /<([^>]*)>((?:\s*;\s*[\w!#$%&'*+.^`|~-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]+))?)*)\s*(?:,|$)/g
const parameterPattern = /;\s*([^\s=;,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+)))?/g

/**
 * The target of the first link with the relation `next` in a Link header (RFC 8288), still relative if it
 * was; null when the header has none, undefined when there is no header.
 */
export function nextLink(header: string | undefined): string | null | undefined {
  if (header === undefined) return undefined
  for (const [, target, parameters = ''] of header.matchAll(linkPattern)) {
    if (relationsOf(parameters).includes('next')) return target ?? null
  }
  return null
}

/** Only a link's first `rel` counts (RFC 8288, 3.3). */
function relationsOf(parameters: string): readonly string[] {
  for (const [, name, quoted, bare] of parameters.matchAll(parameterPattern)) {
    if (name?.toLowerCase() === 'rel') return (quoted ?? bare ?? '').toLowerCase().split(/\s+/)
  }
  return []
}
