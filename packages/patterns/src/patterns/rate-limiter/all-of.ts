import { wrong } from '../../core/index.js'
import type { Clock } from '../../core/index.js'
import { IdleWatch } from './idle-watch.js'
import type { LimiterQueue, Waiter } from './limiter-queue.js'
import { queueOf, RateLimiter } from './rate-limiter.js'
import type { JointWaiter, RateQueue } from './rate-queue.js'

/**
 * Several queues at once: takes from all or from none. It stands in each of those queues itself, at the place
 * of its first waiter; their timers serve it, so it has none of its own.
 */
class JointQueue implements LimiterQueue, JointWaiter {
  readonly clock: Clock
  readonly queues: readonly RateQueue[]
  readonly #waiters = new Set<Waiter>()
  #ahead = 0
  readyAt = Infinity
  #isPaused = false
  #resumedAt = -Infinity
  #idle: IdleWatch | undefined

  constructor(queues: readonly RateQueue[], clock: Clock) {
    this.queues = queues
    this.clock = clock
  }

  get maxCost(): number {
    return Math.min(...this.queues.map(queue => queue.maxCost))
  }

  get waiting(): number {
    return this.#waiters.size
  }

  get cost(): number {
    return this.#first?.cost ?? 0
  }

  get place(): number {
    return this.#first?.place ?? Infinity
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  isIdle(now: number): boolean {
    return this.#waiters.size === 0 && !this.#isPaused && this.queues.every(queue => queue.isIdle(now))
  }

  tryTake(now: number, cost: number): boolean {
    if (this.#isPaused || this.#waiters.size > 0 || this.queues.some(queue => queue.waiting > 0)) return false
    return this.#tryTakeAll(now, cost, now) === 0
  }

  waitMs(now: number, cost: number): number {
    if (this.#isPaused) return Infinity
    return Math.max(...this.queues.map(queue => queue.waitMs(now, cost, this.#ahead)))
  }

  join(waiter: Waiter): void {
    const isFirst = this.#waiters.size === 0
    this.#waiters.add(waiter)
    this.#ahead += waiter.cost
    if (isFirst && !this.#isPaused) this.#enqueue()
  }

  /** While it is paused it stands in no queue, and so in nobody's way. */
  pause(): void {
    this.#isPaused = true
    this.readyAt = Infinity
    for (const queue of this.queues) queue.dequeue(this)
    this.pump()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#resumedAt = this.clock.now()
    this.review()
    if (this.#waiters.size > 0) this.#enqueue()
  }

  clear(reason: unknown): number {
    const cleared = this.#waiters.size
    for (const waiter of this.#waiters) {
      this.#remove(waiter)
      waiter.dismiss(reason)
    }
    this.pump()
    return cleared
  }

  onIdle(): Promise<void> {
    this.#idle ??= new IdleWatch()
    return this.#idle.wait(this.#waiters.size === 0)
  }

  #enqueue(): void {
    for (const queue of this.queues) queue.enqueue(this)
    this.pump()
  }

  leave(waiter: Waiter): void {
    if (!this.#waiters.has(waiter)) return
    this.#remove(waiter)
    this.pump()
  }

  turn(now: number): number {
    const waiter = this.#first
    if (waiter === undefined) return 0
    const isLate = now >= waiter.deadlineAt
    const waitMs = isLate ? 0 : this.#tryTakeAll(now, waiter.cost, Math.max(waiter.since, this.#resumedAt))
    if (waitMs > 0) {
      this.readyAt = now + waitMs
      return waitMs
    }
    this.#remove(waiter)
    if (isLate) waiter.refuse(now, this.waitMs(now, waiter.cost))
    else waiter.grant(now)
    // Those who were held up for it in the other queues go on.
    this.pump()
    return 0
  }

  review(): void {
    const { maxCost } = this
    this.readyAt = Infinity
    for (const waiter of this.#waiters) {
      if (waiter.cost <= maxCost) continue
      this.#remove(waiter)
      waiter.refuseCost(maxCost)
    }
  }

  get #first(): Waiter | undefined {
    for (const first of this.#waiters) return first
    return undefined
  }

  #remove(waiter: Waiter): void {
    if (waiter === this.#first) this.readyAt = Infinity
    this.#waiters.delete(waiter)
    this.#ahead -= waiter.cost
    if (this.#waiters.size === 0) for (const queue of this.queues) queue.dequeue(this)
  }

  #tryTakeAll(now: number, cost: number, since: number): number {
    let waitMs = 0
    for (const queue of this.queues) waitMs = Math.max(waitMs, queue.waitOfJoint(now, this, cost))
    if (waitMs === 0) for (const queue of this.queues) queue.takeForJoint(now, cost, since)
    return waitMs
  }

  pump(): void {
    for (const queue of this.queues) queue.pump()
    this.#idle?.tell(this.#waiters.size === 0)
  }
}

/** Several limiters as one: see `allOf`. */
export class JointRateLimiter extends RateLimiter {
  constructor(limiters: readonly RateLimiter[]) {
    if (limiters.length === 0) throw new RangeError('allOf is given no limiter; allowed is one or more')
    for (const [place, limiter] of limiters.entries()) {
      if (!(limiter instanceof RateLimiter)) {
        throw wrong(TypeError, `allOf.limiters[${place}]`, limiter, 'a rate limiter')
      }
    }
    super(
      'joint-rate-limiter',
      new JointQueue(queuesOf(limiters), (limiters[0] as RateLimiter)[queueOf].clock),
    )
  }
}

/**
 * Takes from all of the limiters at the same moment, or from none: `allOf(perHost, global)`. Whoever gives up
 * or is refused has taken from none of them. It waits in the queue of each, at its place in the order of
 * arrival. While another limiter holds it up, those behind it go past as long as that does not make it wait
 * longer: so a slow host does not stop the global limit, and whoever needs both has its turn however busy
 * both are.
 *
 * All of the limiters share one clock. One that is named twice counts once.
 * @throws RangeError when no limiter is given, TypeError for what is none.
 */
export function allOf(...limiters: readonly RateLimiter[]): JointRateLimiter {
  return new JointRateLimiter(limiters)
}

function queuesOf(limiters: readonly RateLimiter[]): RateQueue[] {
  const queues = limiters.map(limiter => limiter[queueOf])
  return [...new Set(queues.flatMap(one => (one instanceof JointQueue ? one.queues : [one as RateQueue])))]
}
