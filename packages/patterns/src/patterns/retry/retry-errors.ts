import { RejectionError } from '../../core/index.js'

/** How far a retry got before it gave up. */
export interface RetryHistory {
  /** Attempts that were made, the first included. */
  readonly attempts: number
  /** The waits between them, in milliseconds: the first 16 and the last 16. */
  readonly delaysMs: readonly number[]
  /**
   * What the attempts failed with, in order: the first 16 and the last 16. An attempt that ended in a bad
   * result is not among them.
   */
  readonly errors: readonly unknown[]
  /** How many errors there were in all. */
  readonly errorCount: number
}

abstract class RetryError extends RejectionError {
  readonly attempts: number
  readonly delaysMs: readonly number[]
  readonly errors: readonly unknown[]
  readonly errorCount: number

  constructor(message: string, history: RetryHistory, cause: unknown, facts: object) {
    const { attempts, delaysMs, errors, errorCount } = history
    super(message, { cause, facts: { attempts, errorCount, delaysMs, ...facts } })
    this.attempts = attempts
    this.delaysMs = delaysMs
    this.errors = errors
    this.errorCount = errorCount
  }
}

/** What allowed no further attempt; `retry-after`: a longer wait was asked for than `maxRetryAfterMs`. */
export type ExhaustedReason = 'attempts' | 'deadline' | 'retry-after'

const WHY: Readonly<Record<ExhaustedReason, string>> = {
  attempts: '',
  deadline: '; the deadline leaves no time for another',
  'retry-after': '; the wait that is asked for is longer than maxRetryAfterMs',
}

/**
 * Every attempt failed, or the deadline or a server's Retry-After leaves no time for another. `cause` is the
 * last error.
 */
export class RetryExhaustedError extends RetryError {
  readonly code = 'RETRY_EXHAUSTED'
  readonly reason: ExhaustedReason

  constructor(reason: ExhaustedReason, history: RetryHistory, facts: object) {
    const cause = history.errors.at(-1)
    super(`Failed after ${history.attempts} attempt(s)${WHY[reason]}: ${messageOf(cause)}`, history, cause, {
      reason,
      ...facts,
    })
    this.reason = reason
  }
}

/** The shared budget allows no retry now. `cause` is the first error: what there would be without a retry. */
export class RetryBudgetExceededError extends RetryError {
  readonly code = 'RETRY_BUDGET_EXCEEDED'

  constructor(history: RetryHistory, facts: object) {
    const cause = history.errors[0]
    super(`No retry, for the budget is used up: ${messageOf(cause)}`, history, cause, facts)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
