import type { Clock, TimerHandle } from '../../core/index.js'

/** A resource and what the pool knows about it. */
export interface Pooled<T> {
  readonly resource: T
  /** From then on it is not given out any more. */
  readonly expiresAt: number
  /** Since when it is idle; meaningless while it is leased. */
  idleSince: number
  /** Somebody has said that it is of no use any more: it ends when it comes back. */
  isBroken: boolean
}

/** When idle resources go, and who is told. */
export interface IdleResourcesOptions<T> {
  readonly clock: Clock
  readonly idleTimeoutMs: number
  /** How many may go before the pool is down to its `min`. */
  readonly spare: () => number
  readonly evict: (pooled: Pooled<T>, reason: 'idle' | 'lifetime') => void
}

/**
 * The idle resources. The one used last is given out first: the same few stay in use, and those that a
 * quieter time does not need grow old and go. One timer serves them all; it is not set again for each lease.
 */
export class IdleResources<T> {
  readonly #options: IdleResourcesOptions<T>
  /** The longest idle first. */
  readonly #stack: Pooled<T>[] = []
  #timer: TimerHandle | undefined
  #sweepAt = Infinity

  constructor(options: IdleResourcesOptions<T>) {
    this.#options = options
  }

  get size(): number {
    return this.#stack.length
  }

  put(pooled: Pooled<T>): void {
    const { clock, idleTimeoutMs, spare } = this.#options
    this.#stack.push(pooled)
    if (idleTimeoutMs === Infinity && pooled.expiresAt === Infinity) return
    const now = clock.now()
    pooled.idleSince = now
    const unusedAt = spare() > 0 ? now + idleTimeoutMs : Infinity
    this.#arm(now, Math.min(unusedAt, pooled.expiresAt))
  }

  /** The one used last that has not reached its lifetime. */
  take(): Pooled<T> | undefined {
    for (let pooled = this.#stack.pop(); pooled !== undefined; pooled = this.#stack.pop()) {
      if (pooled.expiresAt === Infinity || pooled.expiresAt > this.#options.clock.now()) return pooled
      this.#options.evict(pooled, 'lifetime')
    }
    return undefined
  }

  /** Takes the one that holds this resource. */
  takeOut(resource: T): Pooled<T> | undefined {
    const found = this.#stack.findIndex(one => one.resource === resource)
    return found === -1 ? undefined : this.#stack.splice(found, 1)[0]
  }

  /** Takes one, whatever its age; when none is left the timer stops. */
  takeAny(): Pooled<T> | undefined {
    if (this.#stack.length === 0) this.#disarm()
    return this.#stack.pop()
  }

  #sweep(): void {
    const now = this.#options.clock.now()
    this.#evictExpired(now)
    this.#evictUnused(now)
    this.#arm(now, this.#nextStaleAt())
  }

  #evictExpired(now: number): void {
    // One after the other: whoever hears of one finds the others counted still.
    for (;;) {
      const expired = this.#stack.findIndex(one => one.expiresAt <= now)
      if (expired === -1) return
      this.#options.evict(this.#stack.splice(expired, 1)[0] as Pooled<T>, 'lifetime')
    }
  }

  #evictUnused(now: number): void {
    const { idleTimeoutMs, spare, evict } = this.#options
    for (;;) {
      const [oldest] = this.#stack
      if (oldest === undefined || spare() <= 0 || oldest.idleSince + idleTimeoutMs > now) return
      this.#stack.shift()
      evict(oldest, 'idle')
    }
  }

  #nextStaleAt(): number {
    const [oldest] = this.#stack
    const isSpare = oldest !== undefined && this.#options.spare() > 0
    const unusedAt = isSpare ? oldest.idleSince + this.#options.idleTimeoutMs : Infinity
    return this.#stack.reduce((soonest, one) => Math.min(soonest, one.expiresAt), unusedAt)
  }

  /** A timer that fires too early is left alone: it sweeps, and is set again only if something is idle. */
  #arm(now: number, at: number): void {
    if (at >= this.#sweepAt) return
    this.#disarm()
    this.#sweepAt = at
    this.#timer = this.#options.clock.setTimer(() => {
      this.#disarm()
      this.#sweep()
    }, at - now)
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimer(this.#timer)
    this.#timer = undefined
    this.#sweepAt = Infinity
  }
}
