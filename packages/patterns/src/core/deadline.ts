import { DeadlineExceededError } from './errors.js'

/** The error for work that cannot begin, or go on, at `now`; `neededMs` is the least that it would take. */
export function deadlineExceeded(
  deadlineAt: number,
  now: number,
  options?: { readonly neededMs?: number; readonly cause?: unknown },
): DeadlineExceededError {
  const leftMs = deadlineAt - now
  const neededMs = options?.neededMs ?? 0
  const message =
    leftMs > 0
      ? `${leftMs} ms are left until the deadline, and ${neededMs} ms are needed`
      : `The deadline passed ${-leftMs} ms ago`
  const facts = { now, leftMs, neededMs }
  const cause = options?.cause
  return new DeadlineExceededError(message, deadlineAt, cause === undefined ? { facts } : { facts, cause })
}
