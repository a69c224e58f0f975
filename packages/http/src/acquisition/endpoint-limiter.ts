import type { Clock } from 'async-patterns'
import { SpacedLimiter } from 'async-patterns'
import type { SourceConfig } from './config.js'
import type { Run } from './ledger.js'
import { windowOf } from './rate-window.js'

/** Origin and path: sources that share them share the rate limit. */
export function endpointOf(source: SourceConfig): string {
  const { origin, pathname } = new URL(
    source.path.replace(/^\/+/, ''),
    `${source.baseUrl.replace(/\/+$/, '')}/`,
  )
  return `${origin}${pathname}`
}

/** The limiters of all endpoints; where several sources share one, the lowest of their rates holds. */
export class EndpointLimiters {
  readonly #limiters = new Map<string, SpacedLimiter>()

  /**
   * Nothing departs before a full window has passed since the last departure that an earlier process may have made, nor
   * before the end of the quiet that a server asked of it: a restart breaks neither promise.
   */
  constructor(
    sources: readonly SourceConfig[],
    clock: Clock,
    { lastDepartureAt, quietMs }: Pick<Run, 'lastDepartureAt' | 'quietMs'> = {},
  ) {
    const rates = new Map<string, number>()
    for (const source of sources) {
      const endpoint = endpointOf(source)
      rates.set(endpoint, Math.min(rates.get(endpoint) ?? Infinity, source.limits.ratePerSecond))
    }
    for (const [endpoint, rate] of rates)
      this.#limiters.set(endpoint, new SpacedLimiter({ ...windowOf(rate), clock }))
    for (const source of sources) {
      const departedAt = lastDepartureAt?.get(source.name)
      const { windowMs } = windowOf(rates.get(endpointOf(source)) as number)
      if (departedAt !== undefined) blockAfter(this.of(source), clock, departedAt, windowMs)
      const askedMs = quietMs?.get(source.name)
      if (askedMs !== undefined) this.of(source).blockUntil(clock.now() + askedMs)
    }
  }

  of(source: SourceConfig): SpacedLimiter {
    return this.#limiters.get(endpointOf(source)) as SpacedLimiter
  }
}

/** The wall clock may have been set back since: no more than one window is waited. */
function blockAfter(limiter: SpacedLimiter, clock: Clock, departedAt: number, windowMs: number): void {
  const leftMs = Math.min(windowMs, departedAt + windowMs - clock.wallNow())
  if (leftMs > 0) limiter.blockUntil(clock.now() + leftMs)
}
