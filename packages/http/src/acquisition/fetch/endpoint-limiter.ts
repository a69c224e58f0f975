import { hash } from 'node:crypto'
import type { Clock, Departure, Within } from 'async-patterns'
import { SpacedLimiter } from 'async-patterns'
import type { Run } from '../ledger/index.js'
import { Secrets } from '../secrets/index.js'

/** What a departure to an endpoint waits for. */
export interface DepartureLimiter {
  /**
   * Resolves with leave to depart. It rejects at once with RateLimitedError when that would take longer than
   * `maxWaitMs`, and with the caller's reason when it is aborted.
   */
  acquireDeparture(options?: { readonly maxWaitMs?: number }, within?: Within): Promise<Departure>
  /** Nothing departs before this moment, on the scale of `clock.now()`. */
  blockUntil(at: number): void
}

/** The promise to an endpoint, and what earlier runs have left of it. */
export interface EndpointLimit {
  readonly endpoint: string
  /** At most so many departures in any half-open second. */
  readonly ratePerSecond: number
  /** Epoch milliseconds of the latest moment at which an earlier process may have departed. */
  readonly departedAt?: number | undefined
  /** For how many milliseconds from now on its server has asked for quiet. */
  readonly quietMs?: number | undefined
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
  limiterOf({ ratePerSecond, departedAt, quietMs }: EndpointLimit): DepartureLimiter {
    const clock = this.#clock
    const window = windowOf(ratePerSecond)
    const limiter = new SpacedLimiter({ ...window, clock })
    if (departedAt !== undefined) {
      // The wall clock may have been set back since: no more than one window is waited.
      const leftMs = Math.min(window.windowMs, departedAt + window.windowMs - clock.wallNow())
      if (leftMs > 0) limiter.blockUntil(clock.now() + leftMs)
    }
    if (quietMs !== undefined) limiter.blockUntil(clock.now() + quietMs)
    return limiter
  }
}

/** What tells the endpoint of a stream, and how hard the stream may ask it. */
export interface LimitedStream {
  readonly name: string
  readonly baseUrl: string
  readonly path: string
  readonly limits: { readonly ratePerSecond: number }
}

/**
 * By stream, the limiter of its endpoint; where several streams share one, the lowest of their rates holds.
 */
export function limitersOf(
  streams: readonly LimitedStream[],
  limits: Limits,
  before: Pick<Run, 'lastDepartureAt' | 'quietMs'>,
  secrets: Secrets,
): ReadonlyMap<string, DepartureLimiter> {
  const endpoints = new Map<string, LimitedStream[]>()
  for (const stream of streams) {
    const endpoint = endpointOf(stream, secrets)
    endpoints.set(endpoint, [...(endpoints.get(endpoint) ?? []), stream])
  }
  return new Map(
    [...endpoints].flatMap(([endpoint, sharing]) => {
      const limiter = limits.limiterOf({
        endpoint,
        ratePerSecond: Math.min(...sharing.map(stream => stream.limits.ratePerSecond)),
        departedAt: latest(sharing.map(({ name }) => before.lastDepartureAt.get(name))),
        quietMs: latest(sharing.map(({ name }) => before.quietMs.get(name))),
      })
      return sharing.map(({ name }) => [name, limiter] as const)
    }),
  )
}

function latest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

/**
 * Origin and path: streams that share them share the rate limit. A credential in the path makes no other
 * endpoint. Where something else must not be shown (`${HOST}`), a hash tells endpoints apart that look the
 * same without it.
 */
export function endpointOf(
  { baseUrl, path }: Pick<LimitedStream, 'baseUrl' | 'path'>,
  secrets: Secrets,
): string {
  const { origin, pathname } = new URL(path.replace(/^\/+/, ''), `${baseUrl.replace(/\/+$/, '')}/`)
  const endpoint = new Secrets(secrets.credentials).redactWhole(`${origin}${pathname}`)
  const shown = secrets.redactWhole(endpoint)
  return shown === endpoint ? endpoint : `${shown} ${hash('sha256', endpoint, 'base64url')}`
}

/** Decimals (0.1 x 30) may miss a whole number by this. */
const ROUNDING = 1e-9

/**
 * A rate as so many requests in a window: 5 is 5 in 1,000 ms, 0.3 is 1 in 3,333 ms.
 *
 * "At most 2.5 in any second" can only be kept by at most 2 in any second, which then is the average too; a
 * spacing of 400 ms would let three depart within 800 ms. So the fraction of a rate above 1 is dropped: the
 * promise to the source counts for more than the rate.
 */
export function windowOf(ratePerSecond: number): { maxRequests: number; windowMs: number } {
  const whole = Math.floor(ratePerSecond + ROUNDING)
  return whole === 0
    ? { maxRequests: 1, windowMs: 1_000 / ratePerSecond }
    : { maxRequests: whole, windowMs: 1_000 }
}
