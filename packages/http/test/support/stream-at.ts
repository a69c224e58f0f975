import type { LimitedStream } from '../../src/acquisition/fetch/endpoints.js'
import type { PoliteLimits } from '../../src/acquisition/fetch/stream-limits.js'
import type { StreamAddress } from '../../src/acquisition/streams/requests/stream-url.js'

interface StreamAt extends Omit<LimitedStream, 'path'>, StreamAddress {
  readonly headers: Readonly<Record<string, string>>
}

/** A stream as far as its address and its rate go. */
export const streamAt = (
  baseUrl: string,
  path: string,
  ratePerSecond = 5,
  query: Readonly<Record<string, string>> = {},
  limits: Partial<PoliteLimits> = {},
): StreamAt => ({
  name: `${baseUrl} ${path}`,
  baseUrl,
  path,
  query,
  headers: {},
  limits: { ...POLITE, ratePerSecond, ...limits },
})

/** A window of a second to the millisecond, which is easier to reckon with. */
export const POLITE: PoliteLimits = {
  ratePerSecond: 5,
  pacing: 'window',
  marginMs: 0,
  per: 'origin',
  maxWaitMs: 3_600_000,
}
