import type { Clock } from './clock.js'
import { DeadlineExceededError } from './errors.js'
import type { Within } from './policy.js'

/**
 * The error for a call whose time was over before it began: nothing of it may run. Undefined while there is
 * time; the clock is read only if there is a deadline.
 */
export function tooLate(within: Within | undefined, clock: Clock): DeadlineExceededError | undefined {
  const deadlineAt = within?.deadlineAt ?? Infinity
  if (deadlineAt === Infinity) return undefined
  const now = clock.now()
  return deadlineAt <= now ? passed(deadlineAt, now) : undefined
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
