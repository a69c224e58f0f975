import type { ExhaustedReason } from './retry-errors.js'

/** Another attempt will be made. */
export interface RetryAgainEvent {
  readonly type: 'retry'
  /** The attempt that failed, from 1. */
  readonly attempt: number
  readonly delayMs: number
  /** Of the failed attempt; undefined when it ended in a bad result. */
  readonly error: unknown
}

/** No further attempt: all were used, or the deadline or a Retry-After leaves no time. */
export interface RetryExhaustedEvent {
  readonly type: 'exhausted'
  readonly reason: ExhaustedReason
  readonly attempts: number
  readonly error: unknown
}

/** No further attempt, for the shared budget is used up. */
export interface RetryBudgetExceededEvent {
  readonly type: 'budget-exceeded'
  readonly budgetKey: string
  readonly attempts: number
  readonly error: unknown
}

/** On the channels `async-patterns:retry:<type>`. */
export type RetryEvent = RetryAgainEvent | RetryExhaustedEvent | RetryBudgetExceededEvent
