import type { Within } from 'async-patterns'
import type { Run } from '../ledger/index.js'
import type { Secrets } from '../secrets/index.js'
import type { DepartureLimiter, EndpointLimit, LeaveOptions, Limits } from './endpoint-limiter.js'
import type { LimitedStream } from './endpoints.js'
import { byEndpoint, strictest } from './endpoints.js'
import type { Leave } from './leave.js'
import { takeInTurn } from './leave.js'
import type { Quiet } from './quiet.js'

/** What earlier runs have left for the limiters. */
export type Before = Pick<Run, 'lastDepartureAt' | 'quiet' | 'used'>

/** A quota that is used up, for all of the streams. */
export type QuotaTeller = (streams: readonly string[], waitMs: number, quota: string) => void

/**
 * By stream, the limiter of its endpoint; where several streams share one, the strictest of their sources'
 * limits holds. A stream with limits of its own has its leave from those first.
 */
export function limitersOf(
  streams: readonly LimitedStream[],
  limits: Limits,
  before: Before,
  secrets: Secrets,
  onUsedUp?: QuotaTeller,
): ReadonlyMap<string, DepartureLimiter> {
  return new Map(
    [...byEndpoint(streams, secrets)].flatMap(([endpoint, sharing]) => {
      const names = sharing.map(({ name }) => name)
      const limit = {
        endpoint,
        ...strictest(sharing),
        departedAt: latest(names.flatMap(name => before.lastDepartureAt.get(name) ?? [])),
        quiet: names.flatMap(name => before.quiet.get(name) ?? []).toSorted((a, b) => b.leftMs - a.leftMs)[0],
        used: before.used.filter(one => one.endpoint === endpoint),
        onUsedUp: (waitMs: number, quota: string) => onUsedUp?.(names, waitMs, quota),
      }
      const shared = limits.limiterOf(limit)
      return sharing.map(stream => {
        const own = ownLimitOf(stream, limit, before, onUsedUp)
        return [
          stream.name,
          own === undefined ? shared : new OwnLimiter(limits.limiterOf(own), shared),
        ] as const
      })
    }),
  )
}

/** Where a stream has a quota and no rate of its own, that of its source is slow enough. */
const NO_RATE = 1_000_000

function ownLimitOf(
  { name, ownLimits: { ratePerSecond, quota } = {} }: LimitedStream,
  shared: EndpointLimit,
  { used }: Before,
  onUsedUp: QuotaTeller | undefined,
): EndpointLimit | undefined {
  if (ratePerSecond === undefined && quota === undefined) return undefined
  return {
    ...shared,
    endpoint: `${shared.endpoint} ${name}`,
    ratePerSecond: ratePerSecond ?? NO_RATE,
    quota,
    quiet: undefined,
    used: used.filter(one => one.stream === name),
    onUsedUp: (waitMs, text) => onUsedUp?.([name], waitMs, text),
  }
}

function latest(moments: readonly number[]): number | undefined {
  return moments.length === 0 ? undefined : Math.max(...moments)
}

/** The stream's own leave comes first: whoever waits for it holds nothing that the others need. */
class OwnLimiter implements DepartureLimiter {
  readonly #own: DepartureLimiter
  readonly #shared: DepartureLimiter

  constructor(own: DepartureLimiter, shared: DepartureLimiter) {
    this.#own = own
    this.#shared = shared
  }

  acquireDeparture(options?: LeaveOptions, within?: Within): Promise<Leave> {
    return takeInTurn([
      () => this.#own.acquireDeparture(options, within),
      () => this.#shared.acquireDeparture(options, within),
    ])
  }

  /** Those who wait for the stream's own limits are told too. */
  keepQuiet(quiet: Quiet): boolean {
    this.#own.keepQuiet(quiet)
    return this.#shared.keepQuiet(quiet)
  }

  get quiet(): Quiet | undefined {
    return this.#shared.quiet
  }
}
