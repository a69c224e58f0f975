import type { Clock, TimerHandle } from '../../core/index.js'
import { IdleWatch } from './idle-watch.js'
import type { LimiterQueue, Waiter } from './limiter-queue.js'
import type { Rate } from './rate.js'

/**
 * One that needs other rates too. Unlike a waiter it holds nobody up while it waits for those:
 * a slow limit that is shared by few must not stop the fast one that is shared by all.
 */
export interface JointWaiter {
  /** What it needs next. */
  readonly cost: number
  /** Its place in the order of arrival. */
  readonly place: number
  /** When it is its turn everywhere, if nobody delays it; Infinity while others stand before it somewhere. */
  readonly readyAt: number
  /** It may take now: returns 0 when it did, or has nothing to take, else how long it must wait. */
  turn(now: number): number
  /** The rate has changed: gives up what can never be taken any more. */
  review(): void
  /** Serves whoever can be served in all of its queues. */
  pump(): void
  /** Sends away all who wait; returns how many. */
  clear(reason: unknown): number
}

/** Most queues have none, and need no set of their own. Nothing is ever added to it. */
const NO_JOINTS = new Set<JointWaiter>()

/** Sums of moments are as good as equal when they differ by less. */
const ROUNDING_MS = 1e-6

/** One rate, those who wait for it, and one timer for the first of them. */
export class RateQueue implements LimiterQueue {
  readonly clock: Clock
  readonly #rate: Rate
  /** In the order of arrival. */
  readonly #waiters = new Set<Waiter>()
  #joints = NO_JOINTS
  /** The sum of the waiters' costs. */
  #ahead = 0
  #blockedUntil = -Infinity
  #timer: TimerHandle | undefined
  #timerAt = Infinity
  #isPumping = false
  #isToPump = false
  #isPaused = false
  #idle: IdleWatch | undefined

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate
    this.clock = clock
  }

  get maxCost(): number {
    return this.#rate.maxCost
  }

  get waiting(): number {
    return this.#waiters.size + this.#joints.size
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  isIdle(now: number): boolean {
    return this.waiting === 0 && !this.#isPaused && Math.max(this.#rate.idleAt, this.#blockedUntil) <= now
  }

  tryTake(now: number, cost: number): boolean {
    return this.waiting === 0 && this.#take(now, cost, now) === 0
  }

  waitMs(now: number, cost: number, ahead = 0): number {
    return this.#wait(now, cost, this.#ahead + ahead)
  }

  join(waiter: Waiter): void {
    this.#waiters.add(waiter)
    this.#ahead += waiter.cost
    this.pump()
  }

  leave(waiter: Waiter): void {
    if (!this.#waiters.delete(waiter)) return
    this.#ahead -= waiter.cost
    this.pump()
  }

  /** Serves nobody before `until`. Blocks add up: the latest moment counts. */
  blockUntil(until: number): void {
    if (until <= this.#blockedUntil) return
    this.#blockedUntil = until
    this.review()
  }

  pause(): void {
    this.#isPaused = true
    this.review()
  }

  /** The pause was a block that ends now. */
  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#blockedUntil = Math.max(this.#blockedUntil, this.clock.now())
    this.review()
  }

  clear(reason: unknown): number {
    let cleared = this.#waiters.size
    for (const waiter of this.#waiters) {
      this.#remove(waiter)
      waiter.dismiss(reason)
    }
    for (const joint of Array.from(this.#joints)) cleared += joint.clear(reason)
    this.pump()
    return cleared
  }

  onIdle(): Promise<void> {
    this.#idle ??= new IdleWatch()
    return this.#idle.wait(this.waiting === 0)
  }

  /** The rate has changed: those who can no longer be served, ever or in time, are told at once. */
  review(): void {
    const now = this.clock.now()
    let ahead = 0
    const joints = Array.from(this.#joints)
    for (const joint of joints) joint.review()
    for (const waiter of this.#waiters) {
      if (!this.#refuseIfTooLong(waiter, now, ahead)) ahead += waiter.cost
    }
    this.pump()
    // What it is to them has changed for those who stand with them elsewhere.
    for (const joint of joints) joint.pump()
  }

  /** Serves whoever can be served, and sets the timer for the next. */
  pump(): void {
    this.#isToPump = true
    // Asked for from within, by one that was served here and stands elsewhere too, it is done again.
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      while (this.#isToPump) {
        this.#isToPump = false
        const now = this.clock.now()
        this.#arm(now, this.#serve(now))
      }
    } finally {
      this.#isPumping = false
    }
    this.#idle?.tell(this.waiting === 0)
  }

  enqueue(joint: JointWaiter): void {
    if (this.#joints === NO_JOINTS) this.#joints = new Set()
    this.#joints.add(joint)
  }

  dequeue(joint: JointWaiter): void {
    this.#joints.delete(joint)
  }

  /**
   * How long `joint` must wait for this rate alone; Infinity while a waiter stands before it. Before other
   * joint ones it may go if that delays none of them.
   */
  waitOfJoint(now: number, joint: JointWaiter, cost: number): number {
    for (const first of this.#waiters) {
      if (first.place < joint.place) return Infinity
      break
    }
    const waitMs = this.#wait(now, cost, 0)
    if (waitMs > 0) return waitMs
    let ahead = 0
    let isDelaying = false
    for (const other of this.#joints) {
      if (other.place >= joint.place) continue
      ahead += other.cost
      isDelaying ||= this.#delays(other, now, cost)
    }
    return isDelaying ? this.#wait(now, cost, ahead) || Infinity : 0
  }

  /** Takes what `waitOfJoint` found free. */
  takeForJoint(now: number, cost: number, since: number): void {
    this.#take(now, cost, since)
  }

  /** In the order of arrival; returns when to look again. */
  #serve(now: number): number {
    let waitMs = 0
    while (waitMs === 0) waitMs = this.#joints.size === 0 ? this.#serveWaiters(now) : this.#serveInTurn(now)
    return waitMs
  }

  #serveWaiters(now: number): number {
    for (const waiter of this.#waiters) {
      const waitMs = this.#serveWaiter(waiter, now)
      if (waitMs > 0) return waitMs
    }
    return Infinity
  }

  /** One round; 0 when somebody was served, and another round is due. */
  #serveInTurn(now: number): number {
    const joints = Array.from(this.#joints).sort((a, b) => a.place - b.place)
    const [waiter] = this.#waiters
    let waitMs = Infinity
    for (const joint of joints) {
      if (waiter !== undefined && waiter.place < joint.place) break
      const left = joint.turn(now)
      if (left === 0) return 0
      // Whoever is held up by this very rate holds up those behind it.
      const here = this.#wait(now, joint.cost, 0)
      if (here > 0) return Math.min(waitMs, left, here)
      waitMs = Math.min(waitMs, left)
    }
    if (waiter === undefined) return waitMs
    const isAhead = (joint: JointWaiter): boolean => joint.place < waiter.place
    const isDelaying = joints.some(joint => isAhead(joint) && this.#delays(joint, now, waiter.cost))
    // The joint one that is served then calls back.
    if (isDelaying && now < waiter.deadlineAt) return waitMs
    return Math.min(waitMs, this.#serveWaiter(waiter, now))
  }

  /** Whether one who takes `cost` now makes this one, which stands before it, wait longer than it must. */
  #delays(joint: JointWaiter, now: number, cost: number): boolean {
    if (joint.readyAt === Infinity) return false
    const together = joint.cost + cost
    const atOnceMs = together > this.maxCost ? 0 : this.#wait(now, together, 0)
    const afterMs = Math.max(this.#wait(now, joint.cost, cost), atOnceMs)
    return now + afterMs > Math.max(joint.readyAt, now) + ROUNDING_MS
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
    this.#waiters.delete(waiter)
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
    if (this.#isPaused) return Infinity
    if (now < this.#blockedUntil) return this.#blockedUntil - now
    return this.#rate.tryTake(now, cost, Math.max(since, this.#blockedUntil))
  }

  #wait(now: number, cost: number, ahead: number): number {
    if (this.#isPaused) return Infinity
    const start = Math.max(now, this.#blockedUntil)
    return start - now + this.#rate.waitMs(start, cost, ahead)
  }

  /** A timer that is set too early is left alone: it looks again. */
  #arm(now: number, waitMs: number): void {
    const at = now + waitMs
    if (this.waiting > 0 && this.#timerAt <= at && at !== Infinity) return
    if (this.#timer !== undefined) this.clock.clearTimer(this.#timer)
    this.#timer = undefined
    this.#timerAt = Infinity
    if (this.waiting === 0 || at === Infinity) return
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
