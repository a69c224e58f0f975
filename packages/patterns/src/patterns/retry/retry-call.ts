import type { CallContext, Events, Facts, Operation, Outcome } from '../../core/index.js'
import { discardWith, runOperation } from '../../core/index.js'
import { clampDelay } from '../backoff/index.js'
import type { RetrySettings, RetryVerdict } from './retry-options.js'
import { RetryBudgetExceededError, RetryExhaustedError } from './retry-errors.js'
import type { ExhaustedReason, RetryHistory } from './retry-errors.js'
import type { RetryEvent } from './retry-events.js'

/** One call, from the end of its first attempt on. */
export class RetryCall<T extends R, R> {
  attempts = 1
  readonly delaysMs: number[] = []
  readonly #errors: unknown[] = []
  #errorCount = 0
  readonly #settings: RetrySettings<R>
  readonly #events: Events<RetryEvent>
  readonly #operation: Operation<T>
  readonly #outer: CallContext
  #context: CallContext

  constructor(
    settings: RetrySettings<R>,
    events: Events<RetryEvent>,
    operation: Operation<T>,
    outer: CallContext,
    first: CallContext,
  ) {
    this.#settings = settings
    this.#events = events
    this.#operation = operation
    this.#outer = outer
    this.#context = first
  }

  /** Judges the outcome of the first attempt, unless that has been done, and makes the further ones. */
  async finish(outcome: Outcome<T>, judged?: RetryVerdict): Promise<T> {
    let last = outcome
    let verdict = judged
    for (;;) {
      const delayMs = this.#delayAfter(last, verdict)
      if (delayMs === undefined) return valueOf(last)
      if (last.ok) discardWith(this.#settings.discard, last.value)
      await this.#pause(delayMs)
      last = await this.#attempt()
      verdict = undefined
    }
  }

  /** How long to wait before the next attempt; undefined when the outcome stands. Throws when it gives up. */
  #delayAfter(outcome: Outcome<T>, judged: RetryVerdict | undefined): number | undefined {
    if (this.#outer.aborted) return this.#stopAborted(outcome)
    const verdict = judged ?? judge(this.#settings, outcome, this.#context)
    if (verdict === false) return undefined
    if (!outcome.ok) this.#remember(outcome.error)
    if (this.attempts >= this.#settings.maxAttempts) return this.#stop(outcome, 'attempts')
    const wishedMs = wishOf(verdict)
    const retryAfterMs = wishedMs ?? askedFor(outcome)
    if (retryAfterMs > this.#settings.maxRetryAfterMs)
      return this.#stop(outcome, 'retry-after', { retryAfterMs })
    const delayMs = clampDelay(wishedMs ?? Math.max(this.#backoffMs(), retryAfterMs))
    if (!this.#fitsDeadline(delayMs)) return this.#stop(outcome, 'deadline')
    const { budget, budgetKey } = this.#settings
    if (budget !== undefined && !budget.tryTake(budgetKey)) return this.#stopBroke(outcome)
    keepEnds(this.delaysMs, delayMs)
    this.#report({ type: 'retry', attempt: this.attempts, delayMs, error: errorOf(outcome) })
    return delayMs
  }

  #backoffMs(): number {
    const { backoff, random } = this.#settings
    return backoff.delayMs(this.attempts, random, this.delaysMs.at(-1) ?? 0)
  }

  #fitsDeadline(delayMs: number): boolean {
    const { deadlineAt } = this.#outer
    if (deadlineAt === Infinity) return true
    const { clock, minAttemptMs } = this.#settings
    return clock.now() + delayMs + minAttemptMs < deadlineAt
  }

  async #pause(delayMs: number): Promise<void> {
    if (delayMs > 0) await this.#settings.clock.sleep(delayMs, this.#outer)
    // A listener, a discard or the last moment of the wait may have aborted the call.
    if (this.#outer.aborted) throw this.#outer.reason
  }

  #attempt(): Promise<Outcome<T>> {
    this.attempts += 1
    this.#context = this.#outer.child({ attempt: this.attempts })
    return runOperation(this.#operation, this.#context).then(
      value => ({ ok: true, value }),
      (error: unknown) => ({ ok: false, error }),
    )
  }

  #stopAborted(outcome: Outcome<T>): undefined {
    if (!outcome.ok) throw this.#outer.reason
  }

  #stop(outcome: Outcome<T>, reason: ExhaustedReason, facts?: Facts): undefined {
    this.#report({ type: 'exhausted', reason, attempts: this.attempts, error: errorOf(outcome) })
    if (outcome.ok) return
    const { maxAttempts } = this.#settings
    const { deadlineAt } = this.#outer
    throw new RetryExhaustedError(reason, this.#history(), { maxAttempts, deadlineAt, ...facts })
  }

  #stopBroke(outcome: Outcome<T>): undefined {
    const { budget, budgetKey } = this.#settings
    this.#report({ type: 'budget-exceeded', budgetKey, attempts: this.attempts, error: errorOf(outcome) })
    if (outcome.ok) return
    throw new RetryBudgetExceededError(this.#history(), { budgetKey, ...budget?.state(budgetKey) })
  }

  #history(): RetryHistory {
    const errorCount = this.#errorCount
    return { attempts: this.attempts, delaysMs: this.delaysMs, errors: this.#errors, errorCount }
  }

  #remember(error: unknown): void {
    this.#errorCount += 1
    keepEnds(this.#errors, error)
  }

  #report(event: RetryEvent): void {
    if (this.#events.wanted(event.type)) this.#events.emit(event)
  }
}

/** So many of the first, and as many of the last: a call that never gives up must not grow without end. */
const KEPT = 16

/** Adds at the end; beyond twice `KEPT` the oldest of the last ones leaves. */
function keepEnds<I>(list: I[], item: I): void {
  if (list.length === 2 * KEPT) list.splice(KEPT, 1)
  list.push(item)
}

/** What `retryWhen` says. If it throws, the call ends with that; nobody gets its value then. */
export function judge<R>(
  { retryWhen, discard }: RetrySettings<R>,
  outcome: Outcome<R>,
  context: CallContext,
): RetryVerdict {
  try {
    return retryWhen(outcome, context)
  } catch (error) {
    if (outcome.ok) discardWith(discard, outcome.value)
    throw error
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  throw outcome.error
}

function errorOf(outcome: Outcome<unknown>): unknown {
  return outcome.ok ? undefined : outcome.error
}

/** The delay that `retryWhen` has set. */
function wishOf(verdict: RetryVerdict): number | undefined {
  const wished = typeof verdict === 'object' ? verdict.delayMs : undefined
  return Number.isNaN(wished) ? undefined : wished
}

/** The least wait that the error itself asks for: a server's Retry-After, a breaker that is open. */
function askedFor(outcome: Outcome<unknown>): number {
  const asked = (errorOf(outcome) as { retryAfterMs?: unknown } | null | undefined)?.retryAfterMs
  return typeof asked === 'number' && asked > 0 ? asked : 0
}
