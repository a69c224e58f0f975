import type { Clock, Random, TimerHandle, Within } from '../core/index.js'
import { sleepOn } from '../core/index.js'
import { TimerHeap } from './timer-heap.js'

export interface ManualClockOptions {
  /** Where `now()` starts. Default 0. */
  readonly startMs?: number
  /** What `wallNow()` shows at the start. Default 2026-01-01T00:00:00Z. */
  readonly wallStartMs?: number
  /** How late each timer fires, as real ones do: asked once per timer, in milliseconds. Default: on time. */
  readonly latenessMs?: () => number
}

/**
 * A clock that moves only when told. Timers fire in the order of their due times, those of one moment
 * in the order in which they were set; between two of them all promises that can settle do so.
 */
export class ManualClock implements Clock {
  #now: number
  #wallOffset: number
  readonly #latenessMs: () => number
  readonly #timers = new TimerHeap()

  constructor(options: ManualClockOptions = {}) {
    this.#now = options.startMs ?? 0
    this.#wallOffset = (options.wallStartMs ?? Date.UTC(2026, 0, 1)) - this.#now
    this.#latenessMs = options.latenessMs ?? (() => 0)
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

  /** Moves time without firing anything, as a blocked event loop would; what is due fires at the next `advance`. */
  stall(ms: number): void {
    this.#now += ms
  }

  /** Moves time on by `ms`, firing what falls due on the way, including what is set on the way. */
  async advance(ms: number): Promise<void> {
    await this.#advanceTo(this.#now + ms)
  }

  /** Moves on to the next timer and fires it; false when there is none. */
  async next(): Promise<boolean> {
    await this.flush()
    const due = this.#timers.nextDueAt
    if (due === undefined) return false
    await this.#advanceTo(Math.max(due, this.#now))
    return true
  }

  /** Fires timer after timer until `promise` has settled. Rejects when no timer is left that could settle it. */
  async run<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false
    const done = (): void => {
      settled = true
    }
    promise.then(done, done)
    await this.flush()
    while (!settled) {
      if (!(await this.next()))
        throw new Error('ManualClock.run: nothing is scheduled that could settle the promise')
    }
    return promise
  }

  /** Lets all promises settle that can without time moving on. */
  flush(): Promise<void> {
    return new Promise(resolve => {
      setImmediate(resolve)
    })
  }

  async #advanceTo(target: number): Promise<void> {
    await this.flush()
    for (
      let timer = this.#timers.takeDue(target);
      timer !== undefined;
      timer = this.#timers.takeDue(target)
    ) {
      this.#now = Math.max(this.#now, timer.dueAt)
      timer.callback()
      await this.flush()
    }
    this.#now = Math.max(this.#now, target)
  }
}

/** Lateness for a ManualClock: evenly between 0 and `maxMs`, the same for the same seed. */
export function lateBy(maxMs: number, random: Random): () => number {
  return () => random() * maxMs
}
