import type { Clock, OptionRules, Random, TimerHandle, Within } from '../core/index.js'
import { fn, numeric, oneOf, optionsOf, sleepOn } from '../core/index.js'
import { TimerHeap } from './timer-heap.js'
import { afterPromises, nextTurn } from './turns.js'

/** Where a ManualClock starts, and how its timers fire. */
export interface ManualClockOptions {
  /** Where `now()` starts. Default 0. */
  readonly startMs?: number
  /** What `wallNow()` shows at the start. Default 2026-01-01T00:00:00Z. */
  readonly wallStartMs?: number
  /** How late each timer fires, as real ones do: asked once per timer, in milliseconds. Default: on time. */
  readonly latenessMs?: () => number
  /**
   * What may happen between two timers. `everything`: whatever Node has queued, `nextTick` and `setImmediate`
   * too, at about 0.7 microseconds a timer. `promises`: all promises that can settle do, at a tenth of that;
   * for code that waits for promises and timers only. Default `everything`.
   */
  readonly between?: 'everything' | 'promises'
}

const DEFAULTS: Required<ManualClockOptions> = Object.freeze({
  startMs: 0,
  wallStartMs: Date.UTC(2026, 0, 1),
  latenessMs: () => 0,
  between: 'everything',
})

const RULES: OptionRules<ManualClockOptions> = {
  startMs: numeric(),
  wallStartMs: numeric(),
  latenessMs: fn(),
  between: oneOf(['everything', 'promises']),
}

const SETTLED = Promise.resolve()

/** In this many timers without a break, Node gets to signals and unhandled rejections once. */
const TIMERS_PER_TURN = 1024

/**
 * A clock that moves only when told. Timers fire in the order of their due times, those of one moment
 * in the order in which they were set; between two of them all promises that can settle do so.
 */
export class ManualClock implements Clock {
  #now: number
  #wallOffset: number
  readonly #latenessMs: () => number
  readonly #isFast: boolean
  readonly #timers = new TimerHeap()

  constructor(options?: ManualClockOptions) {
    const { startMs, wallStartMs, latenessMs, between } = optionsOf('ManualClock', DEFAULTS, RULES, options)
    this.#now = startMs
    this.#wallOffset = wallStartMs - startMs
    this.#latenessMs = latenessMs
    this.#isFast = between === 'promises'
  }

  now(): number {
    return this.#now
  }

  wallNow(): number {
    return this.#now + this.#wallOffset
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    return this.#timers.add(callback, this.#now + Math.max(0, delayMs) + this.#latenessMs())
  }

  clearTimer(timer: TimerHandle): void {
    this.#timers.remove(timer)
  }

  sleep(delayMs: number, within?: Within): Promise<void> {
    return sleepOn(this, delayMs, within)
  }

  /** How many timers are set. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Moves the wall clock alone, as an NTP step or a person would. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms
  }

  /**
   * Moves time without firing anything, as a blocked event loop would; what is due
   * fires at the next `advance`.
   */
  stall(ms: number): void {
    this.#now += ms
  }

  /** Moves time on by `ms`, firing what falls due on the way, including what is set on the way. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms
    await this.#fire(target)
    this.#now = Math.max(this.#now, target)
  }

  /**
   * Moves on to the next timer and fires it, and what is due at the same moment; false when there is none.
   */
  async next(): Promise<boolean> {
    await this.flush()
    const due = this.#timers.nextDueAt
    if (due === undefined) return false
    await this.#fire(Math.max(due, this.#now))
    return true
  }

  /**
   * Fires timer after timer until `promise` has settled. Rejects when no timer is left that could settle it.
   */
  async run<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false
    const done = (): void => {
      settled = true
    }
    promise.then(done, done)
    await this.#fire(Infinity, () => settled)
    if (!settled) throw new Error('ManualClock.run: nothing is scheduled that could settle the promise')
    return promise
  }

  /** Lets all promises settle that can without time moving on. */
  flush(): Promise<void> {
    return new Promise(nextTurn)
  }

  /** Fires one timer after the other until none is due at `target`, or `isDone`. */
  #fire(target: number, isDone: () => boolean = () => false): Promise<void> {
    return new Promise((resolve, reject) => {
      let fired = 0
      const step = (): void => {
        try {
          if (isDone() || !this.#fireFirst(target)) return resolve()
        } catch (error) {
          return reject(error)
        }
        fired += 1
        if (this.#isFast && fired % TIMERS_PER_TURN !== 0) void SETTLED.then(soon)
        else nextTurn(step)
      }
      // A tick that is asked for by a microtask comes when no microtask is left: all promises have settled.
      const soon = (): void => afterPromises(step)
      nextTurn(step)
    })
  }

  #fireFirst(target: number): boolean {
    const timer = this.#timers.takeDue(target)
    if (timer === undefined) return false
    this.#now = Math.max(this.#now, timer.dueAt)
    timer.callback()
    return true
  }
}

/** Lateness for a ManualClock: evenly between 0 and `maxMs`, the same for the same seed. */
export function lateBy(maxMs: number, random: Random): () => number {
  return () => random() * maxMs
}
