import type { Clock, Departure, Within } from 'async-patterns'
import { SpacedLimiter } from 'async-patterns'
import type { OwedQuiet, Run } from '../ledger/index.js'
import type { Secrets } from '../secrets/index.js'
import type { LimitedStream } from './endpoints.js'
import { byEndpoint, strictest } from './endpoints.js'
import type { PoliteLimits } from './stream-limits.js'

/** A time in which nothing departs, because the server asked for it. */
export interface Quiet {
  /** On the scale of `clock.now()`. */
  readonly until: number
  /** `429 of page 7 of shop (retry-after)`. */
  readonly askedBy: string
}

/** What a departure to an endpoint waits for. */
export interface DepartureLimiter {
  /**
   * Resolves with leave to depart. It rejects at once with RateLimitedError when that would take longer than
   * `maxWaitMs`, also as soon as it turns out while waiting, and with the caller's reason when it is aborted.
   */
  acquireDeparture(options?: { readonly maxWaitMs?: number }, within?: Within): Promise<Departure>
  /** Nothing departs before its end. It never shortens one that holds: false then. */
  keepQuiet(quiet: Quiet): boolean
  /** The quiet that holds now. */
  readonly quiet: Quiet | undefined
}

/** The promise to an endpoint, and what earlier runs have left of it. */
export interface EndpointLimit extends Pick<PoliteLimits, 'ratePerSecond' | 'pacing' | 'marginMs'> {
  readonly endpoint: string
  /** Epoch milliseconds of the latest moment at which an earlier process may have departed. */
  readonly departedAt?: number | undefined
  /** What its server has asked for. */
  readonly quiet?: OwedQuiet | undefined
}

/** Rates and quiet of all endpoints: within a process, or over a fleet. */
export interface Limits {
  /** Called once for each endpoint of a run. */
  limiterOf(limit: EndpointLimit): DepartureLimiter
}

/** The limits of one process. */
export class EmbeddedLimits implements Limits {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Nothing departs before a full window has passed since the last departure that an earlier process may have
   * made, nor before the end of the quiet that a server asked of it: a restart breaks neither promise.
   */
  limiterOf({ departedAt, quiet, ...limit }: EndpointLimit): DepartureLimiter {
    const clock = this.#clock
    const window = windowOf(limit)
    const limiter = new EndpointLimiter(new SpacedLimiter({ ...window, clock }), clock)
    if (departedAt !== undefined) {
      // The wall clock may have been set back since: no more than one window is waited.
      limiter.block(Math.min(window.windowMs, departedAt + window.windowMs - clock.wallNow()))
    }
    if (quiet !== undefined) limiter.keepQuiet({ until: clock.now() + quiet.leftMs, askedBy: quiet.askedBy })
    return limiter
  }
}

class EndpointLimiter implements DepartureLimiter {
  readonly #rate: SpacedLimiter
  readonly #clock: Clock
  #quiet: Quiet | undefined

  constructor(rate: SpacedLimiter, clock: Clock) {
    this.#rate = rate
    this.#clock = clock
  }

  acquireDeparture(options?: { readonly maxWaitMs?: number }, within?: Within): Promise<Departure> {
    return this.#rate.acquireDeparture(options, within)
  }

  block(forMs: number): void {
    if (forMs > 0) this.#rate.blockUntil(this.#clock.now() + forMs)
  }

  keepQuiet(quiet: Quiet): boolean {
    if (quiet.until <= Math.max(this.#clock.now(), this.#quiet?.until ?? 0)) return false
    this.#quiet = quiet
    this.#rate.blockUntil(quiet.until)
    return true
  }

  get quiet(): Quiet | undefined {
    return this.#quiet !== undefined && this.#quiet.until > this.#clock.now() ? this.#quiet : undefined
  }
}

/** By stream, the limiter of its endpoint; where several streams share one, the strictest of theirs holds. */
export function limitersOf(
  streams: readonly LimitedStream[],
  limits: Limits,
  before: Pick<Run, 'lastDepartureAt' | 'quiet'>,
  secrets: Secrets,
): ReadonlyMap<string, DepartureLimiter> {
  return new Map(
    [...byEndpoint(streams, secrets)].flatMap(([endpoint, sharing]) => {
      const quiets = sharing.flatMap(({ name }) => before.quiet.get(name) ?? [])
      const departures = sharing.flatMap(({ name }) => before.lastDepartureAt.get(name) ?? [])
      const limiter = limits.limiterOf({
        endpoint,
        ...strictest(sharing),
        departedAt: departures.length === 0 ? undefined : Math.max(...departures),
        quiet: quiets.toSorted((a, b) => b.leftMs - a.leftMs)[0],
      })
      return sharing.map(({ name }) => [name, limiter] as const)
    }),
  )
}

/** Decimals (0.1 x 30) may miss a whole number by this. */
const ROUNDING = 1e-9

/**
 * A rate as so many requests in a window: 5 is 5 in 1,000 ms, 0.3 is 1 in 3,333 ms. With even pacing the
 * window is that of a single request: 5 is 1 in 200 ms. The margin makes it longer, so that what is late on
 * its way does not meet, at the server, what comes a window later.
 *
 * "At most 2.5 in any second" can only be kept by at most 2 in any second, which then is the average too; a
 * spacing of 400 ms would let three depart within 800 ms. So the fraction of a rate above 1 is dropped: the
 * promise to the source counts for more than the rate.
 */
export function windowOf({
  ratePerSecond,
  pacing,
  marginMs,
}: Pick<EndpointLimit, 'ratePerSecond' | 'pacing' | 'marginMs'>): { maxRequests: number; windowMs: number } {
  const whole = Math.floor(ratePerSecond + ROUNDING)
  return whole === 0 || pacing === 'even'
    ? { maxRequests: 1, windowMs: 1_000 / (whole || ratePerSecond) + marginMs }
    : { maxRequests: whole, windowMs: 1_000 + marginMs }
}
