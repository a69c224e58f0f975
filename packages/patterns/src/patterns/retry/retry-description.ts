import type { PolicyDescription } from '../../core/index.js'
import type { Backoff } from '../backoff/index.js'
import type { RetrySettings } from './retry-options.js'

/** The two ends of chance: one of them gives the longest delay. */
const ENDS = [() => 0, () => 1 - Number.EPSILON]
/** After so many delays all others count as the longest; a backoff grows to its maximum long before. */
const STEPS_ADDED_UP = 1_000

/** What a retry does to a call at worst. Waits that a server asks for can be longer, and are not known here. */
export function describeRetry<R>(settings: RetrySettings<R>): PolicyDescription {
  const { maxAttempts, backoff, budget, budgetKey, minAttemptMs } = settings
  return {
    pattern: 'retry',
    role: 'retry',
    options: { maxAttempts, maxDelayMs: backoff.maxDelayMs, minAttemptMs, ...(budget && { budgetKey }) },
    attempts: maxAttempts,
    loadAmplification: Math.min(maxAttempts, budget?.loadAmplification ?? Infinity),
    waitMs: longestWaits(backoff, maxAttempts - 1),
  }
}

function longestWaits(backoff: Backoff, count: number): number {
  let totalMs = 0
  let lastMs = 0
  const added = Math.min(count, STEPS_ADDED_UP)
  for (let step = 1; step <= added; step += 1) {
    lastMs = Math.max(...ENDS.map(random => backoff.delayMs(step, random, lastMs)))
    totalMs += lastMs
  }
  const left = count - added
  return left === 0 || backoff.maxDelayMs === 0 ? totalMs : totalMs + left * backoff.maxDelayMs
}
