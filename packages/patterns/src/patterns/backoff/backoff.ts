import type { Random } from '../../core/index.js'

/** The longest delay that any backoff gives: what one timer of the runtime can hold, 24.8 days. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1

/** How long to wait before trying again: a value without state, so it is shared and kept freely. */
export interface Backoff {
  /** No delay is longer. */
  readonly maxDelayMs: number
  /**
   * @param step which delay this is, from 1: the first retry, the first opening.
   * @param random default: the runtime's own.
   * @param previousMs the delay before this one; default 0, there was none.
   * @returns milliseconds from 0 to `maxDelayMs`.
   */
  delayMs(step: number, random?: Random, previousMs?: number): number
}

/** A delay that a timer can take: never NaN, negative or beyond LONGEST_DELAY_MS. */
export function clampDelay(delayMs: number): number {
  return delayMs > 0 ? Math.min(delayMs, LONGEST_DELAY_MS) : 0
}
