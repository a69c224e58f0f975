export { delayAskedFor, LONGEST_PLAUSIBLE_WISH_MS, parseRetryAfter } from './retry-after.js'
export type { RetryBudgetOptions, RetryBudgetState } from './retry-budget.js'
export { RetryBudget } from './retry-budget.js'
export type { RetryConfig, RetryOptions, RetryVerdict } from './retry-options.js'
export { retryErrors } from './retry-options.js'
export type { ExhaustedReason, RetryHistory } from './retry-errors.js'
export { RetryBudgetExceededError, RetryExhaustedError } from './retry-errors.js'
export type {
  RetryAgainEvent,
  RetryBudgetExceededEvent,
  RetryEvent,
  RetryExhaustedEvent,
} from './retry-events.js'
export type { RetryMetrics } from './retry-policy.js'
export { RetryPolicy } from './retry-policy.js'
