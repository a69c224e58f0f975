import type { Clock, Context, Discard, OptionRules, Outcome, Random } from '../../core/index.js'
import {
  anything,
  clockLike,
  count,
  disposeValue,
  duration,
  fn,
  having,
  optional,
  optionsOf,
  systemClock,
  systemRandom,
  text,
} from '../../core/index.js'
import type { Backoff, Jitter } from '../backoff/index.js'
import { DecorrelatedBackoff, ExponentialBackoff } from '../backoff/index.js'
import type { RetryBudget } from './retry-budget.js'

/**
 * Whether an outcome is tried again: false takes it as it is, true retries by the backoff, an object sets the
 * delay (undefined: by the backoff).
 */
export type RetryVerdict = boolean | { readonly delayMs: number | undefined }

/** What is tried again, how often, and after which waits. */
export interface RetryOptions<R = unknown> {
  /** The first attempt included; Infinity never gives up by itself. Default 3. */
  readonly maxAttempts?: number
  /** The first delay. Default 1,000. */
  readonly baseDelayMs?: number
  /** No delay of the backoff is longer; one that the server asks for may be. Default 60,000. */
  readonly maxDelayMs?: number
  /** By how much each delay exceeds the one before: at least 1. Irrelevant to `'decorrelated'`. Default 2. */
  readonly exponentialBase?: number
  /** A factor from 0 to 1, taken off each delay by chance; `'full'` is 1, `'none'` is 0. Default 0.1. */
  readonly jitter?: Jitter | 'decorrelated'
  /** Replaces the four options above. */
  readonly backoff?: Backoff
  /**
   * Which outcomes are tried again. Default: every error but CIRCUIT_OPEN, DEADLINE_EXCEEDED, CLEARED, CLOSED
   * and RETRY_BUDGET_EXCEEDED, and no value.
   */
  readonly retryWhen?: (outcome: Outcome<R>, context: Context) => RetryVerdict
  /** The least time that an attempt takes: none begins with less left until the deadline. Default 0. */
  readonly minAttemptMs?: number
  /**
   * The longest wait that is granted to whoever asks for one: a server's Retry-After, `retryAfterMs` of an
   * error, a `delayMs` of `retryWhen`. Who asks for more is not tried again: too early a try is refused
   * anyway. 0 or more, or Infinity. Default Infinity.
   */
  readonly maxRetryAfterMs?: number
  /** Shared by many policies; it bounds the retries of all of them together. Default: none. */
  readonly budget?: RetryBudget
  /** Whose budget this policy draws on. Default `'default'`. */
  readonly budgetKey?: string
  /**
   * Takes a value that is thrown away for another attempt. Default: disposes it and closes a response's body.
   */
  readonly discard?: Discard
  /** Default: the runtime's clock. */
  readonly clock?: Clock
  /** Default: the runtime's own. */
  readonly random?: Random
}

/** @deprecated Its name is RetryOptions. */
export type RetryConfig<R = unknown> = RetryOptions<R>

/** The options, checked, with nothing left open. */
export interface RetrySettings<R> {
  readonly maxAttempts: number
  readonly backoff: Backoff
  readonly retryWhen: (outcome: Outcome<R>, context: Context) => RetryVerdict
  readonly minAttemptMs: number
  readonly maxRetryAfterMs: number
  readonly budget: RetryBudget | undefined
  readonly budgetKey: string
  readonly discard: Discard
  readonly clock: Clock
  readonly random: Random
}

/** Rejections that say themselves that trying again now is pointless. */
const FINAL_CODES: ReadonlySet<unknown> = new Set([
  'CIRCUIT_OPEN',
  'DEADLINE_EXCEEDED',
  'CLEARED',
  'CLOSED',
  'RETRY_BUDGET_EXCEEDED',
])

/**
 * The default `retryWhen`, for others to build on: every error but those whose `code` says that trying again
 * now is pointless (CIRCUIT_OPEN, DEADLINE_EXCEEDED, CLEARED, CLOSED, RETRY_BUDGET_EXCEEDED); no value.
 */
export function retryErrors(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && !FINAL_CODES.has((outcome.error as { code?: unknown } | null | undefined)?.code)
}

const DEFAULTS = Object.freeze({
  maxAttempts: 3,
  minAttemptMs: 0,
  maxRetryAfterMs: Infinity,
  budget: undefined,
  budgetKey: 'default',
  retryWhen: retryErrors,
  discard: disposeValue,
  clock: systemClock,
  random: systemRandom,
})

const RULES = {
  maxAttempts: count({ orInfinity: true }),
  // The backoff that is made of these four checks them, under this policy's name.
  baseDelayMs: anything(),
  maxDelayMs: anything(),
  exponentialBase: anything(),
  jitter: anything(),
  backoff: optional(having('delayMs')),
  retryWhen: fn(),
  minAttemptMs: duration(),
  maxRetryAfterMs: duration({ orInfinity: true }),
  budget: optional(having('countCall', 'tryTake', 'state')),
  budgetKey: text(),
  discard: fn(),
  clock: clockLike(),
  random: fn(),
} satisfies OptionRules<RetryOptions>

/** @throws RangeError or TypeError that names the option, its value and what is allowed. */
export function retrySettings<R>(given: RetryOptions<R> | undefined): RetrySettings<R> {
  const options = optionsOf('RetryPolicy', DEFAULTS, RULES, given)
  const { maxAttempts, retryWhen, minAttemptMs, maxRetryAfterMs, budget, budgetKey, discard, clock, random } =
    options
  const backoff = options.backoff ?? backoffOf(options)
  return {
    maxAttempts,
    backoff,
    retryWhen,
    minAttemptMs,
    maxRetryAfterMs,
    budget,
    budgetKey,
    discard,
    clock,
    random,
  }
}

type Delays = Pick<RetryOptions, 'baseDelayMs' | 'maxDelayMs' | 'exponentialBase' | 'jitter'>

function backoffOf({ baseDelayMs, maxDelayMs, exponentialBase, jitter }: Delays): Backoff {
  const ends = {
    ...(baseDelayMs !== undefined && { baseDelayMs }),
    ...(maxDelayMs !== undefined && { maxDelayMs }),
  }
  if (jitter === 'decorrelated') return new DecorrelatedBackoff(ends, 'RetryPolicy')
  const shape = {
    ...(exponentialBase !== undefined && { exponentialBase }),
    ...(jitter !== undefined && { jitter }),
  }
  return new ExponentialBackoff({ ...ends, ...shape }, 'RetryPolicy')
}
