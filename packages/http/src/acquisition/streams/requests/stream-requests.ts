import { mergedHeaders } from '../../../engines/index.js'
import type { PageRequest } from '../../fetch/index.js'
import type { PageRef } from '../../ledger/index.js'
import { acceptOf } from '../../records/index.js'
import type { Pagination } from '../pagination/pagination.js'
import type { BoundStream } from './bound-stream.js'
import { addressOf } from './param-place.js'
import { ownParameters, streamUrl } from './stream-url.js'
import { withMissing } from './url-text.js'

/**
 * The request of a page, made from its stream and from what the page carries. A URL that the source gave has
 * the stream's own parameters too, but for those that it names itself. There are no credentials but those of
 * the file's headers and query.
 */
export function requestOf(stream: BoundStream, pagination: Pagination, page: PageRef): PageRequest {
  const { url, parameters = [] } = pagination.request(page)
  const { query, headers, bodyValues, pathSuffix } = addressOf(parameters)
  const body = stream.body?.(bodyValues)
  const accept = acceptOf(stream.format)
  const typed = { accept, ...(body !== undefined && { 'content-type': body.contentType }) }
  return {
    method: stream.method,
    // The first page of a chain of URLs is where the stream is, whatever was computed of it since.
    url:
      url === undefined || page.ordinal === 1
        ? streamUrl(stream, query, pathSuffix)
        : withMissing(url, ownParameters(stream)),
    headers: mergedHeaders(mergedHeaders(typed, stream.headers), headers),
    ...(body !== undefined && { body: body.text }),
  }
}
