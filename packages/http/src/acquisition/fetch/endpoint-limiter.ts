import type { Clock, Departure, Within } from 'async-patterns'
import { SpacedLimiter } from 'async-patterns'
import type { OwedQuiet } from '../ledger/index.js'
import type { Leave } from './leave.js'
import { takeInTurn } from './leave.js'
import { Margin } from './margin.js'
import type { Quiet } from './quiet.js'
import type { UsedQuota } from './quota.js'
import { QuotaLimiter } from './quota.js'
import { windowOf } from './rate-window.js'
import type { PoliteLimits } from './stream-limits.js'

/** How long a departure may wait, in milliseconds. */
export interface LeaveOptions {
  /** Default: as long as it takes. */
  readonly maxWaitMs?: number
  /** For a quota that is used up. Default: as long as it takes. */
  readonly maxQuietMs?: number
}

/** What a departure to an endpoint waits for. */
export interface DepartureLimiter {
  /**
   * Resolves with leave to depart. It rejects at once with RateLimitedError when that would take longer than
   * `maxWaitMs`, also as soon as it turns out while waiting; with QuietError when a quota is used up for longer
   * than `maxQuietMs`; and with the caller's reason when it is aborted.
   */
  acquireDeparture(options?: LeaveOptions, within?: Within): Promise<Leave>
  /** Nothing departs before its end. It never shortens one that holds: false then. */
  keepQuiet(quiet: Quiet): boolean
  /** The quiet that holds now. */
  readonly quiet: Quiet | undefined
}

/** The promise to an endpoint, and what earlier runs have left of it. */
export interface EndpointLimit
  extends Pick<PoliteLimits, 'ratePerSecond' | 'quota' | 'pacing' | 'marginMs' | 'adaptsMargin'> {
  /** An origin, or one of its paths; for the own limits of a stream, that and the stream's name. */
  readonly endpoint: string
  /** Epoch milliseconds of the latest moment at which an earlier process may have departed. */
  readonly departedAt?: number | undefined
  /** What its server has asked for. */
  readonly quiet?: OwedQuiet | undefined
  /** What earlier processes have used of its quota. Default nothing. */
  readonly used?: readonly UsedQuota[] | undefined
  /** Told when a quota (`10000/day`) is used up for so long. Default: nobody is told. */
  readonly onUsedUp?: ((waitMs: number, quota: string) => void) | undefined
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
  limiterOf({
    departedAt,
    quiet,
    quota = [],
    used = [],
    onUsedUp,
    ...limit
  }: EndpointLimit): DepartureLimiter {
    const clock = this.#clock
    const window = windowOf(limit)
    const quotas = quota.map(one => new QuotaLimiter(one, { used, clock, onUsedUp }))
    const limiter = new EndpointLimiter(limit, quotas, clock)
    if (departedAt !== undefined) {
      // The wall clock may have been set back since: no more than one window is waited.
      limiter.block(Math.min(window.windowMs, departedAt + window.windowMs - clock.wallNow()))
    }
    if (quiet !== undefined) limiter.keepQuiet({ until: clock.now() + quiet.leftMs, askedBy: quiet.askedBy })
    return limiter
  }
}

class EndpointLimiter implements DepartureLimiter {
  readonly #limit: EndpointLimit
  readonly #rate: SpacedLimiter
  readonly #quotas: readonly QuotaLimiter[]
  readonly #margin: Margin
  readonly #clock: Clock
  #marginMs: number
  #quiet: Quiet | undefined

  constructor(limit: EndpointLimit, quotas: readonly QuotaLimiter[], clock: Clock) {
    this.#limit = limit
    this.#margin = new Margin(limit.marginMs, limit.adaptsMargin === true)
    this.#marginMs = this.#margin.ms
    this.#rate = new SpacedLimiter({ ...windowOf({ ...limit, marginMs: this.#marginMs }), clock })
    this.#quotas = quotas
    this.#clock = clock
  }

  /** Places of the quotas are held while the rate is waited for: who goes first there goes first here. */
  async acquireDeparture(options: LeaveOptions = {}, within?: Within): Promise<Leave> {
    const { maxWaitMs = Infinity, maxQuietMs = Infinity } = options
    const endsAt = this.#clock.now() + maxWaitMs
    const leftMs = (): number => Math.max(0, endsAt - this.#clock.now())
    return takeInTurn([
      ...this.#quotas.map(quota => () => quota.acquire(leftMs(), maxQuietMs, within)),
      async () => this.#withMargin(await this.#rate.acquireDeparture({ maxWaitMs: leftMs() }, within)),
    ])
  }

  /** The least margin makes each window longer already: what is late by less than that needs nothing more. */
  #withMargin(departure: Departure): Leave {
    return {
      sent: at => departure.sent(at),
      delayed: byMs => {
        departure.delayed(byMs - this.#limit.marginMs)
        this.#adapt(byMs)
      },
      cancel: () => departure.cancel(),
    }
  }

  #adapt(lateMs: number): void {
    this.#margin.saw(lateMs)
    const { ms } = this.#margin
    if (ms === this.#marginMs) return
    this.#marginMs = ms
    const { maxRequests, windowMs } = windowOf({ ...this.#limit, marginMs: ms })
    this.#rate.setRate(maxRequests, windowMs)
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
