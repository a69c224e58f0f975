import type { Clock } from 'async-patterns'
import { SpacedLimiter } from 'async-patterns'
import type { SourceConfig } from './config.js'

/** Origin and path: sources that share them share the rate limit. */
export function endpointOf(source: SourceConfig): string {
  const { origin, pathname } = new URL(
    source.path.replace(/^\/+/, ''),
    `${source.baseUrl.replace(/\/+$/, '')}/`,
  )
  return `${origin}${pathname}`
}

/** The widest window in which a rate that is no integer is made a whole number of requests. */
const WIDEST_WINDOW_S = 20

/** A rate as so many requests in a window: 5 is 5 in 1,000 ms, 2.5 is 5 in 2,000 ms, 0.3 is 3 in 10,000 ms. */
export function windowOf(ratePerSecond: number): { maxRequests: number; windowMs: number } {
  for (let seconds = 1; seconds <= WIDEST_WINDOW_S; seconds += 1) {
    const requests = ratePerSecond * seconds
    if (Math.abs(requests - Math.round(requests)) < 1e-9 && Math.round(requests) >= 1) {
      return { maxRequests: Math.round(requests), windowMs: seconds * 1_000 }
    }
  }
  return { maxRequests: 1, windowMs: 1_000 / ratePerSecond }
}

/** The limiters of all endpoints; where several sources share one, the lowest of their rates holds. */
export class EndpointLimiters {
  readonly #limiters = new Map<string, SpacedLimiter>()

  /**
   * `quietSince` is the epoch moment of the last departure that an earlier process may have made: nothing departs
   * before a full window has passed since, so that a restart does not break the limit.
   */
  constructor(sources: readonly SourceConfig[], clock: Clock, quietSince?: number) {
    const rates = new Map<string, number>()
    for (const source of sources) {
      const endpoint = endpointOf(source)
      rates.set(endpoint, Math.min(rates.get(endpoint) ?? Infinity, source.limits.ratePerSecond))
    }
    for (const [endpoint, rate] of rates) {
      const { maxRequests, windowMs } = windowOf(rate)
      const limiter = new SpacedLimiter({ maxRequests, windowMs, clock })
      if (quietSince !== undefined) blockAfter(limiter, clock, quietSince, windowMs)
      this.#limiters.set(endpoint, limiter)
    }
  }

  of(source: SourceConfig): SpacedLimiter {
    return this.#limiters.get(endpointOf(source)) as SpacedLimiter
  }
}

/** The wall clock may have been set back since: no more than one window is waited. */
function blockAfter(limiter: SpacedLimiter, clock: Clock, quietSince: number, windowMs: number): void {
  const leftMs = Math.min(windowMs, quietSince + windowMs - clock.wallNow())
  if (leftMs > 0) limiter.blockUntil(clock.now() + leftMs)
}
