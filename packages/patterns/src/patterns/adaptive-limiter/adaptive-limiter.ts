import type {
  Clock,
  Context,
  Listener,
  Operation,
  OptionRules,
  Outcome,
  Policy,
  PolicyDescription,
  Within,
} from '../../core/index.js'
import {
  checkNumber,
  clockLike,
  count,
  disposeValue,
  duration,
  Events,
  fn,
  having,
  isAborted,
  optional,
  optionsOf,
  systemClock,
  TimeoutError,
  tooLate,
  misuse,
} from '../../core/index.js'
import { SemaphoreLimiter } from '../semaphore-limiter/index.js'
import type { Limit } from './limit.js'
import { SampleWindow } from './sample-window.js'
import { VegasLimit } from './vegas-limit.js'

/** What a call says about the load: it was served, it was dropped for overload, or nothing. */
export type LoadVerdict = 'served' | 'dropped' | 'ignore'

/** How an AdaptiveLimiter finds its limit, and who may wait for a permit. */
export interface AdaptiveLimiterOptions<R = unknown> {
  /** The rule; it belongs to this limiter alone. Default: `new VegasLimit()`. */
  readonly limit?: Limit
  /**
   * The limit learns once in so many milliseconds (and once in two latencies, if that is longer), from all
   * calls in between. Default 100.
   */
  readonly windowMs?: number
  /**
   * Judges how a call ended. Default: a value is `served`, a TimeoutError `dropped`; other errors say
   * nothing, for a call that failed fast would look like a fast remote.
   */
  readonly classify?: (outcome: Outcome<R>, context: Context) => LoadVerdict
  /** The longest wait for a permit; 0 never waits. Default 30,000. */
  readonly acquireTimeoutMs?: number
  /** How many may wait. Default Infinity. */
  readonly maxQueue?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

/** The number of permits changed. */
export interface LimitChangedEvent {
  readonly type: 'limit-changed'
  readonly from: number
  readonly to: number
}

/** How an AdaptiveLimiter stands at this moment. */
export interface AdaptiveLimiterMetrics {
  /** Permits: the limit, rounded down. */
  readonly limit: number
  readonly inFlight: number
  readonly waiting: number
}

function byError(outcome: Outcome<unknown>): LoadVerdict {
  if (outcome.ok) return 'served'
  return outcome.error instanceof TimeoutError ? 'dropped' : 'ignore'
}

const DEFAULTS: Required<Omit<AdaptiveLimiterOptions, 'limit'>> = Object.freeze({
  windowMs: 100,
  classify: byError,
  acquireTimeoutMs: 30_000,
  maxQueue: Infinity,
  clock: systemClock,
})

const RULES = {
  limit: optional(having('update')),
  windowMs: duration(),
  classify: fn(),
  acquireTimeoutMs: duration({ orInfinity: true }),
  maxQueue: count({ min: 0, orInfinity: true }),
  clock: clockLike(),
} satisfies OptionRules<AdaptiveLimiterOptions>

/**
 * A SemaphoreLimiter that finds its own size: from the latency and the drops of the calls that it lets
 * through, by a Limit (AimdLimit, VegasLimit, Gradient2Limit, or your own). It takes the place of the limiter
 * in a stack.
 */
export class AdaptiveLimiter<in R = unknown> implements Policy<R> {
  readonly #limit: Limit
  readonly #window: SampleWindow
  readonly #classify: (outcome: Outcome<R>, context: Context) => LoadVerdict
  readonly #clock: Clock
  readonly #semaphore: SemaphoreLimiter
  readonly #events = new Events<LimitChangedEvent>('adaptive-limiter')
  #inFlight = 0

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options?: AdaptiveLimiterOptions<R>) {
    const checked = optionsOf('AdaptiveLimiter', DEFAULTS, RULES, options)
    const { windowMs, classify, acquireTimeoutMs, maxQueue, clock } = checked
    this.#limit = checked.limit ?? new VegasLimit()
    checkNumber('AdaptiveLimiter.limit.limit', this.#limit.limit)
    this.#window = new SampleWindow(windowMs)
    this.#classify = classify
    this.#clock = clock
    const maxConcurrent = permits(this.#limit)
    this.#semaphore = new SemaphoreLimiter({ maxConcurrent, acquireTimeoutMs, maxQueue, clock })
  }

  /** Permits: the limit, rounded down. */
  get limit(): number {
    return this.#semaphore.maxConcurrent
  }

  get idle(): boolean {
    return this.#semaphore.idle
  }

  /**
   * Runs the operation as soon as there is a permit for it; rejects as `SemaphoreLimiter.execute` does. A
   * deadline that has passed runs nothing, though a permit is free: DeadlineExceededError.
   */
  execute<T extends R>(operation: Operation<T>, within?: Within): Promise<T> {
    const refused = misuse('AdaptiveLimiter', operation, within)
    if (refused !== undefined) return refused
    const late = isAborted(within) ? undefined : tooLate(within, this.#clock)
    if (late !== undefined) return Promise.reject(late)
    return this.#semaphore.execute(context => this.#measure(operation, context), within)
  }

  /** As `SemaphoreLimiter.pause`. */
  pause(): void {
    this.#semaphore.pause()
  }

  resume(): void {
    this.#semaphore.resume()
  }

  /** As `SemaphoreLimiter.onIdle`. */
  onIdle(): Promise<void> {
    return this.#semaphore.onIdle()
  }

  /** As `SemaphoreLimiter.clear`. */
  clear(reason?: unknown): void {
    this.#semaphore.clear(reason)
  }

  metrics(): AdaptiveLimiterMetrics {
    const { maxConcurrent, inUse, waiting } = this.#semaphore.metrics()
    return { limit: maxConcurrent, inFlight: inUse, waiting }
  }

  /** The limit is the present one. */
  describe(): PolicyDescription {
    return { ...this.#semaphore.describe(), pattern: 'adaptive-limiter' }
  }

  /** Changes of the number of permits, in their order; dispose the result to stop. */
  subscribe(listener: Listener<LimitChangedEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  async #measure<T extends R>(operation: Operation<T>, context: Context): Promise<T> {
    const startedAt = this.#clock.now()
    this.#inFlight += 1
    const inFlight = this.#inFlight
    let value: T
    try {
      value = await operation(context)
    } catch (error) {
      this.#inFlight -= 1
      this.#learn({ ok: false, error }, context, startedAt, inFlight)
      throw error
    }
    this.#inFlight -= 1
    try {
      this.#learn({ ok: true, value }, context, startedAt, inFlight)
      return value
    } catch (error) {
      // A classifier that throws leaves the value to nobody.
      disposeValue(value)
      throw error
    }
  }

  #learn(outcome: Outcome<R>, context: Context, startedAt: number, inFlight: number): void {
    const verdict = this.#classify(outcome, context)
    if (verdict === 'ignore') return
    const now = this.#clock.now()
    const call = { rttMs: now - startedAt, inFlight, dropped: verdict === 'dropped' }
    const sample = this.#window.add(call, now, this.#semaphore.maxConcurrent)
    if (sample === undefined) return
    this.#limit.update(sample)
    this.#resize(this.#semaphore.maxConcurrent, permits(this.#limit))
  }

  #resize(from: number, to: number): void {
    if (to === from) return
    this.#semaphore.resize(to)
    if (this.#events.wanted('limit-changed')) this.#events.emit({ type: 'limit-changed', from, to })
  }
}

/** A limit below 1 would let nothing through, and so never learn again. */
function permits(limit: Limit): number {
  return Math.max(1, Math.floor(limit.limit))
}
