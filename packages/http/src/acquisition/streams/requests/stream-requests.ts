import type { PageRequest } from '../../fetch/index.js'
import { mergedHeaders } from '../../fetch/index.js'
import type { PageRef } from '../../ledger/index.js'
import type { Pagination } from '../pagination/pagination.js'
import type { StreamConfig } from '../stream-config.js'
import { streamUrl } from './stream-url.js'

const DEFAULT_HEADERS = { accept: 'application/json' }

/**
 * The request of a page, made from its stream and from what the page carries. It has no credentials but those
 * of the file's headers.
 */
export function requestOf(stream: StreamConfig, pagination: Pagination, page: PageRef): PageRequest {
  const { url, query, headers = {}, ...rest } = pagination.request(page)
  return {
    ...rest,
    url: url ?? streamUrl(stream, query),
    headers: mergedHeaders(mergedHeaders(DEFAULT_HEADERS, stream.headers), headers),
  }
}
