import type { Clock, Departure, Within } from 'async-patterns'
import { RateLimitedError, SlidingWindowLimiter } from 'async-patterns'
import { QuietError } from './quiet-error.js'

/** So many requests in any window of so long. */
export interface Quota {
  readonly count: number
  /** Up to a day. */
  readonly windowMs: number
}

/** Departures before this process, which count as long as they lie within a window. */
export interface UsedQuota {
  /** Epoch milliseconds. */
  readonly at: number
  readonly count: number
}

const UNITS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

const WRITTEN = /^(\d+)\/(second|minute|hour|day)$/

/** Each request of a window is remembered by its moment: 8 bytes. */
export const LARGEST_QUOTA = 10_000_000

/** `10000/day` as it is meant; undefined for what is no quota. */
export function parseQuota(text: string): Quota | undefined {
  const [, digits, unit] = WRITTEN.exec(text) ?? []
  const count = Number(digits)
  if (unit === undefined || count < 1 || count > LARGEST_QUOTA) return undefined
  return { count, windowMs: UNITS[unit as keyof typeof UNITS] }
}

/** A quota as it is written: `10000/day`. */
export function quotaText({ count, windowMs }: Quota): string {
  const unit = Object.entries(UNITS).find(([, ms]) => ms === windowMs)?.[0] ?? `${windowMs} ms`
  return `${count}/${unit}`
}

/** Of each window the lowest count: what all of them allow. */
export function strictestQuotas(quotas: readonly Quota[]): readonly Quota[] {
  const byWindow = new Map<number, Quota>()
  for (const quota of quotas) {
    const known = byWindow.get(quota.windowMs)
    if (known === undefined || quota.count < known.count) byWindow.set(quota.windowMs, quota)
  }
  return [...byWindow.values()]
}

/** Shorter waits are the rhythm of a quota, and nothing to tell. */
const TOLD_FROM_MS = 1_000

/** What a quota is kept with. */
export interface QuotaLimiterParts {
  readonly used: readonly UsedQuota[]
  readonly clock: Clock
  /** It is used up: nothing departs for so long. Told once for each such time. */
  readonly onUsedUp?: ((waitMs: number, quota: string) => void) | undefined
}

/** Leave by one quota: all of it at once, if need be; the rate beside it spreads what departs. */
export class QuotaLimiter {
  readonly #window: SlidingWindowLimiter
  readonly #text: string
  readonly #clock: Clock
  #toldUntil = -Infinity

  constructor(quota: Quota, { used, clock, onUsedUp }: QuotaLimiterParts) {
    this.#clock = clock
    this.#text = quotaText(quota)
    this.#window = new SlidingWindowLimiter({ maxRequests: quota.count, windowMs: quota.windowMs, clock })
    const sinceEpoch = clock.wallNow() - clock.now()
    // The wall clock may have been set back since: nothing departed later than now.
    for (const { at, count } of used) this.#window.remember(Math.min(at - sinceEpoch, clock.now()), count)
    this.#window.subscribe(event => {
      if (event.type === 'wait')
        this.#tell(event.waitMs === Infinity ? quota.windowMs : event.waitMs, onUsedUp)
    })
  }

  /**
   * Rejects with RateLimitedError where it would take longer than `maxWaitMs`, and with QuietError where it
   * would take longer than `maxQuietMs`, which is left to a later run.
   */
  async acquire(maxWaitMs: number, maxQuietMs: number, within?: Within): Promise<Departure> {
    try {
      return await this.#window.acquireDeparture({ maxWaitMs: Math.min(maxWaitMs, maxQuietMs) }, within)
    } catch (error) {
      const waitMs = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0
      if (waitMs <= maxQuietMs) throw error
      const until = this.#clock.now() + waitMs
      throw new QuietError({ until, askedBy: `limits.quota ${this.#text}`, code: 'QUOTA' })
    }
  }

  #tell(waitMs: number, onUsedUp: QuotaLimiterParts['onUsedUp']): void {
    const now = this.#clock.now()
    if (waitMs < TOLD_FROM_MS || now < this.#toldUntil) return
    this.#toldUntil = now + waitMs
    onUsedUp?.(waitMs, this.#text)
  }
}
