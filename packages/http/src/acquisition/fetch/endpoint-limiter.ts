import { hash } from 'node:crypto'
import type { Clock } from 'async-patterns'
import { SpacedLimiter } from 'async-patterns'
import type { SourceConfig } from '../streams/config.js'
import type { Run } from '../ledger/ledger.js'
import { windowOf } from './rate-window.js'
import { Secrets } from '../secrets/secrets.js'

/**
 * Origin and path: sources that share them share the rate limit. A credential in the path makes no other endpoint. Where
 * something else must not be shown (`${HOST}`), a hash tells endpoints apart that look the same without it.
 */
export function endpointOf(source: SourceConfig, secrets: Secrets): string {
  const { origin, pathname } = new URL(
    source.path.replace(/^\/+/, ''),
    `${source.baseUrl.replace(/\/+$/, '')}/`,
  )
  const endpoint = new Secrets(secrets.credentials).redactWhole(`${origin}${pathname}`)
  const shown = secrets.redactWhole(endpoint)
  return shown === endpoint ? endpoint : `${shown} ${hash('sha256', endpoint, 'base64url')}`
}

/** What the limiters have to heed beside the configuration. */
interface EndpointLimits extends Pick<Run, 'lastDepartureAt' | 'quietMs'> {
  /** Default none. */
  readonly secrets?: Secrets
}

/** The limiters of all endpoints; where several sources share one, the lowest of their rates holds. */
export class EndpointLimiters {
  readonly #limiters = new Map<string, SpacedLimiter>()
  readonly #secrets: Secrets

  /**
   * Nothing departs before a full window has passed since the last departure that an earlier process may have made, nor
   * before the end of the quiet that a server asked of it: a restart breaks neither promise.
   */
  constructor(
    sources: readonly SourceConfig[],
    clock: Clock,
    { lastDepartureAt, quietMs, secrets = new Secrets() }: EndpointLimits = {},
  ) {
    this.#secrets = secrets
    const rates = new Map<string, number>()
    for (const source of sources) {
      const endpoint = endpointOf(source, secrets)
      rates.set(endpoint, Math.min(rates.get(endpoint) ?? Infinity, source.limits.ratePerSecond))
    }
    for (const [endpoint, rate] of rates)
      this.#limiters.set(endpoint, new SpacedLimiter({ ...windowOf(rate), clock }))
    for (const source of sources) {
      const departedAt = lastDepartureAt?.get(source.name)
      const { windowMs } = windowOf(rates.get(endpointOf(source, secrets)) as number)
      if (departedAt !== undefined) blockAfter(this.of(source), clock, departedAt, windowMs)
      const askedMs = quietMs?.get(source.name)
      if (askedMs !== undefined) this.of(source).blockUntil(clock.now() + askedMs)
    }
  }

  of(source: SourceConfig): SpacedLimiter {
    return this.#limiters.get(endpointOf(source, this.#secrets)) as SpacedLimiter
  }
}

/** The wall clock may have been set back since: no more than one window is waited. */
function blockAfter(limiter: SpacedLimiter, clock: Clock, departedAt: number, windowMs: number): void {
  const leftMs = Math.min(windowMs, departedAt + windowMs - clock.wallNow())
  if (leftMs > 0) limiter.blockUntil(clock.now() + leftMs)
}
