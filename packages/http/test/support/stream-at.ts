import type { LimitedStream } from '../../src/acquisition/fetch/endpoint-limiter.js'
import type { StreamAddress } from '../../src/acquisition/streams/requests/stream-url.js'

interface StreamAt extends LimitedStream, StreamAddress {
  readonly headers: Readonly<Record<string, string>>
}

/** A stream as far as its address and its rate go. */
export const streamAt = (
  baseUrl: string,
  path: string,
  ratePerSecond = 5,
  query: Readonly<Record<string, string>> = {},
): StreamAt => ({ name: `${baseUrl} ${path}`, baseUrl, path, query, headers: {}, limits: { ratePerSecond } })
