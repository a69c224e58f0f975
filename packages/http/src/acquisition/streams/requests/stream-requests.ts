import type { PageRequest } from '../../fetch/index.js'
import type { PageRef } from '../../ledger/index.js'
import type { Pagination } from '../pagination/pagination.js'
import type { StreamConfig } from '../stream-config.js'
import { streamUrl } from './stream-url.js'

/**
 * The request of a page, made from its stream and from what the page carries. It has no credentials but the
 * file's headers.
 */
export function requestOf(stream: StreamConfig, pagination: Pagination, { state }: PageRef): PageRequest {
  const { url, query } = pagination.request(state)
  return {
    url: url ?? streamUrl(stream, query),
    headers: { accept: 'application/json', ...stream.headers },
  }
}
