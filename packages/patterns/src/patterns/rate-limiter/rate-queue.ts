import type { Clock, TimerHandle } from '../../core/index.js'
import type { LimiterQueue, Waiter } from './limiter-queue.js'
import type { Rate } from './rate.js'

/**
 * One that needs other rates too. Unlike a waiter it holds nobody up while it waits for those:
 * a slow limit that is shared by few must not stop the fast one that is shared by all.
 */
export interface JointWaiter {
  /** What it needs next. */
  readonly cost: number
  /**
   * It may take now: returns 0 when it did, and has moved to the end of every queue,
   * else how long it must wait.
   */
  turn(now: number): number
  /** The rate has changed: gives up what can never be taken any more. */
  review(): void
}

type Entry = Waiter | JointWaiter

function isJoint(entry: Entry): entry is JointWaiter {
  return 'turn' in entry
}

/** One rate, those who wait for it, and one timer for the first of them. */
export class RateQueue implements LimiterQueue {
  readonly clock: Clock
  readonly #rate: Rate
  readonly #entries = new Set<Entry>()
  /** The sum of the waiters' costs. */
  #ahead = 0
  #blockedUntil = -Infinity
  #timer: TimerHandle | undefined
  #timerAt = Infinity

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate
    this.clock = clock
  }

  get maxCost(): number {
    return this.#rate.maxCost
  }

  get waiting(): number {
    return this.#entries.size
  }

  isIdle(now: number): boolean {
    return this.#entries.size === 0 && Math.max(this.#rate.idleAt, this.#blockedUntil) <= now
  }

  tryTake(now: number, cost: number): boolean {
    return this.#entries.size === 0 && this.#take(now, cost, now) === 0
  }

  waitMs(now: number, cost: number, ahead = 0): number {
    return this.#wait(now, cost, this.#ahead + ahead)
  }

  join(waiter: Waiter): void {
    this.#entries.add(waiter)
    this.#ahead += waiter.cost
    this.pump()
  }

  leave(waiter: Waiter): void {
    if (!this.#entries.delete(waiter)) return
    this.#ahead -= waiter.cost
    this.pump()
  }

  /** Serves nobody before `until`. Blocks add up: the latest moment counts. */
  blockUntil(until: number): void {
    if (until <= this.#blockedUntil) return
    this.#blockedUntil = until
    this.review()
  }

  /** The rate has changed: those who can no longer be served, ever or in time, are told at once. */
  review(): void {
    const now = this.clock.now()
    let ahead = 0
    for (const entry of this.#entries) {
      if (isJoint(entry)) entry.review()
      else if (!this.#refuseIfTooLong(entry, now, ahead)) ahead += entry.cost
    }
    this.pump()
  }

  /** Serves whoever can be served, and sets the timer for the next. */
  pump(): void {
    const now = this.clock.now()
    this.#arm(now, this.#serve(now))
  }

  enqueue(joint: JointWaiter): void {
    this.#entries.add(joint)
  }

  dequeue(joint: JointWaiter): void {
    this.#entries.delete(joint)
  }

  /** How long `joint` must wait for this rate alone; Infinity while a waiter stands before it. */
  waitOfJoint(now: number, joint: JointWaiter, cost: number): number {
    for (const entry of this.#entries) {
      if (entry === joint) break
      if (!isJoint(entry)) return Infinity
    }
    return this.#wait(now, cost, 0)
  }

  /** Takes what `waitOfJoint` found free. */
  takeForJoint(now: number, cost: number, since: number): void {
    this.#take(now, cost, since)
  }

  #serve(now: number): number {
    let waitMs = Infinity
    for (const entry of this.#entries) {
      const left = isJoint(entry) ? entry.turn(now) : this.#serveWaiter(entry, now)
      if (left === 0) continue
      const here = isJoint(entry) ? this.#wait(now, entry.cost, 0) : left
      waitMs = Math.min(waitMs, left, here > 0 ? here : Infinity)
      if (here > 0) break
    }
    return waitMs
  }

  #serveWaiter(waiter: Waiter, now: number): number {
    if (now >= waiter.deadlineAt) {
      this.#remove(waiter)
      waiter.refuse(now, this.#wait(now, waiter.cost, 0))
      return 0
    }
    const waitMs = this.#take(now, waiter.cost, waiter.since)
    if (waitMs > 0) return waitMs
    this.#remove(waiter)
    waiter.grant(now)
    return 0
  }

  #remove(waiter: Waiter): void {
    this.#entries.delete(waiter)
    this.#ahead -= waiter.cost
  }

  /**
   * Refuses one that will not be served, ever or in time: it leaves the queue. False when it may wait.
   */
  #refuseIfTooLong(waiter: Waiter, now: number, ahead: number): boolean {
    const { cost } = waiter
    const isTooHigh = cost > this.maxCost
    const isPatient = waiter.limitAt === Infinity && waiter.deadlineAt === Infinity
    const waitMs = isTooHigh || isPatient ? 0 : this.#wait(now, cost, ahead)
    if (!isTooHigh && !isTooLong(now, waitMs, waiter)) return false
    this.#remove(waiter)
    if (isTooHigh) waiter.refuseCost(this.maxCost)
    else waiter.refuse(now, waitMs)
    return true
  }

  /** A time in which all was blocked is no lateness: it is as if all had come at its end. */
  #take(now: number, cost: number, since: number): number {
    if (now < this.#blockedUntil) return this.#blockedUntil - now
    return this.#rate.tryTake(now, cost, Math.max(since, this.#blockedUntil))
  }

  #wait(now: number, cost: number, ahead: number): number {
    const start = Math.max(now, this.#blockedUntil)
    return start - now + this.#rate.waitMs(start, cost, ahead)
  }

  /** A timer that is set too early is left alone: it looks again. */
  #arm(now: number, waitMs: number): void {
    const at = now + waitMs
    if (this.#entries.size > 0 && this.#timerAt <= at && at !== Infinity) return
    if (this.#timer !== undefined) this.clock.clearTimer(this.#timer)
    this.#timer = undefined
    this.#timerAt = Infinity
    if (this.#entries.size === 0 || at === Infinity) return
    this.#timerAt = at
    this.#timer = this.clock.setTimer(() => this.#fire(), waitMs)
  }

  #fire(): void {
    this.#timer = undefined
    this.#timerAt = Infinity
    this.pump()
  }
}

/** When one must be served at the latest. */
export interface WaitBounds {
  /** It may still be served at this moment. */
  readonly limitAt: number
  /** At this moment it may not be served any more. */
  readonly deadlineAt: number
}

/** Whether a wait cannot end in time. One that is not known may, while there is time. */
export function isTooLong(now: number, waitMs: number, { limitAt, deadlineAt }: WaitBounds): boolean {
  if (waitMs === Infinity) return Math.min(limitAt, deadlineAt) <= now
  return now + waitMs > limitAt || now + waitMs >= deadlineAt
}
