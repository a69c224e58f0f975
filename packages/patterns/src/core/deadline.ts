import type { Clock } from './clock.js'
import { DeadlineExceededError } from './errors.js'
import type { Within } from './policy.js'

/** The deadline of a call; Infinity when it has none. */
export function deadlineOf(within: Pick<Within, 'deadlineAt'> | undefined): number {
  const deadlineAt = within?.deadlineAt ?? Infinity
  // One that is not a number (an option forgotten in its sum) counts as none: nothing compares with it.
  return Number.isNaN(deadlineAt) ? Infinity : deadlineAt
}

/**
 * The error for a call whose time was over before it began: nothing of it may run. Undefined while there is
 * time; the clock is read only if there is a deadline.
 */
export function tooLate(within: Within | undefined, clock: Clock): DeadlineExceededError | undefined {
  const deadlineAt = deadlineOf(within)
  if (deadlineAt === Infinity) return undefined
  const now = clock.now()
  return deadlineAt <= now ? passed(deadlineAt, now) : undefined
}

/**
 * The error for a wait that its deadline has ended. A timer of the runtime, which counts in whole
 * milliseconds, may fire a little early: that counts as on time.
 */
export function deadlinePassed(deadlineAt: number, clock: Clock, cause?: unknown): DeadlineExceededError {
  return passed(deadlineAt, Math.max(deadlineAt, clock.now()), 0, cause)
}

/** The error for work that cannot begin, or go on, at `now`; `neededMs` is the least that it would take. */
export function deadlineExceeded(
  deadlineAt: number,
  now: number,
  options?: { readonly neededMs?: number; readonly cause?: unknown },
): DeadlineExceededError {
  const leftMs = deadlineAt - now
  const neededMs = options?.neededMs ?? 0
  if (leftMs <= 0) return passed(deadlineAt, now, neededMs, options?.cause)
  const message = `${leftMs} ms are left until the deadline, and ${neededMs} ms are needed`
  return new DeadlineExceededError(message, deadlineAt, { facts: { now, leftMs, neededMs } })
}

function passed(deadlineAt: number, now: number, neededMs = 0, cause?: unknown): DeadlineExceededError {
  const message = `The deadline passed ${now - deadlineAt} ms ago`
  const facts = { now, leftMs: deadlineAt - now, neededMs }
  return new DeadlineExceededError(message, deadlineAt, cause === undefined ? { facts } : { facts, cause })
}
