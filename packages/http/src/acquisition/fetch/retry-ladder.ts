import type { Clock, Random } from 'async-patterns'
import { RetryPolicy } from 'async-patterns'
import { isWorthRetrying } from './attempt-verdict.js'
import { HttpStatusError } from './http-status-error.js'
import type { RetryLimits } from './stream-limits.js'

/**
 * The retry policies of a stream, one for each number of tries that a page may have spent before: a page that
 * was interrupted goes on where it was, in its tries and in its waits.
 */
export class RetryLadder {
  readonly #limits: RetryLimits
  readonly #clock: Clock
  readonly #random: Random | undefined
  readonly #rungs = new Map<number, RetryPolicy>()

  constructor(limits: RetryLimits, clock: Clock, random?: Random) {
    this.#limits = limits
    this.#clock = clock
    this.#random = random
  }

  /** A page that has spent all its tries gets one all the same. */
  after(tries: number): RetryPolicy {
    const spent = Math.min(tries, this.#limits.maxAttempts - 1)
    let rung = this.#rungs.get(spent)
    if (rung === undefined) {
      rung = this.#rungAfter(spent)
      this.#rungs.set(spent, rung)
    }
    return rung
  }

  #rungAfter(spent: number): RetryPolicy {
    const { maxAttempts, baseDelayMs, maxDelayMs, jitter, backoff } = this.#limits
    const exponentialBase = backoff === 'constant' ? 1 : 2
    return new RetryPolicy({
      maxAttempts: maxAttempts - spent,
      baseDelayMs: Math.min(baseDelayMs * exponentialBase ** spent, maxDelayMs),
      maxDelayMs,
      exponentialBase,
      jitter,
      retryWhen: outcome =>
        !outcome.ok && isWorthRetrying(outcome.error) && { delayMs: ruledDelay(outcome.error) },
      clock: this.#clock,
      ...(this.#random !== undefined && { random: this.#random }),
    })
  }
}

/** The wait that a rule sets, whatever the backoff. */
function ruledDelay(error: unknown): number | undefined {
  return error instanceof HttpStatusError ? error.delayMs : undefined
}
