import type { Within } from './policy.js'

/** What `setTimer` returns and `clearTimer` takes; opaque, for it differs from clock to clock. */
export type TimerHandle = object | number

/**
 * Time, handed in. Every pattern reads time and sets timers through its clock, so that a whole
 * program runs under a ManualClock. All policies of one stack share one clock.
 */
export interface Clock {
  /** Milliseconds on a scale that only moves forward. Its zero has no meaning. */
  now(): number
  /** Milliseconds since the epoch, for HTTP dates and timestamps; it may jump. */
  wallNow(): number
  /** Calls back once, not before `delayMs` have passed. Any delay is allowed, however long. */
  setTimer(callback: () => void, delayMs: number): TimerHandle
  /** Does nothing when the timer has fired or was cleared already. */
  clearTimer(timer: TimerHandle): void
  /**
   * Calls back once all promises have settled that can before the event loop turns. It is for tidying up that
   * would cost too much after every call; where it is missing, that is done at once. A ManualClock has none.
   */
  endOfTurn?(callback: () => void): void
  /** Resolves after `delayMs`, or rejects at once with the abort reason when `within` is aborted. */
  sleep(delayMs: number, within?: Within): Promise<void>
}
