import type { Listener, Operation, Policy, PolicyDescription, Within } from '../../core/index.js'
import { contextOf, Events, tooLate, misuse } from '../../core/index.js'
import { HedgeBudget } from './hedge-budget.js'
import type { HedgeOptions, HedgeSettings } from './hedge-options.js'
import { hedgeSettings } from './hedge-options.js'
import type { HedgeHost } from './hedged-call.js'
import { HedgedCall } from './hedged-call.js'
import { LatencyQuantile } from './latency-quantile.js'

/** Fewer latencies than this say nothing about a tail. */
const ENOUGH = 20

/** A further attempt was started, or the budget did not allow it. */
export interface HedgeEvent {
  readonly type: 'hedge' | 'budget-exceeded'
  /** Of this call: 2 for the first hedge. */
  readonly attempt: number
  /** After how long. */
  readonly delayMs: number
}

/** Counted since the start. */
export interface HedgeMetrics {
  readonly calls: number
  readonly hedges: number
  /** Calls whose outcome came from a hedge. */
  readonly hedgeWins: number
  /** Hedges that the budget did not allow. */
  readonly suppressed: number
  /** After how long the next call would be hedged. */
  readonly delayMs: number
}

/**
 * Cuts the tail of latency: a slow call gets a second attempt in parallel, and the first good outcome wins.
 * Losers are aborted (`context.signal`, reason HedgeLostError), handed to `waitUntil`, and what they still
 * bring is discarded. A failure starts no hedge: that is a retry's work. For operations only that may safely
 * run twice.
 *
 * It belongs outside of limiter and breaker, so that each attempt takes its own permit and is seen by the
 * breaker.
 * Source: J. Dean, L. A. Barroso, The Tail at Scale, CACM 56(2), 2013.
 */
export class Hedge<in R = unknown> implements Policy<R> {
  readonly #host: HedgeHost<R>
  readonly #settings: HedgeSettings<R>
  readonly #events = new Events<HedgeEvent>('hedge')
  readonly #budget: HedgeBudget | undefined
  readonly #latency: LatencyQuantile | undefined
  #calls = 0
  #hedges = 0
  #hedgeWins = 0
  #suppressed = 0

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options?: HedgeOptions<R>) {
    const settings = hedgeSettings(options)
    const { budgetRatio, percentile } = settings
    this.#settings = settings
    this.#budget = budgetRatio === false ? undefined : new HedgeBudget(budgetRatio)
    this.#latency = percentile === false ? undefined : new LatencyQuantile(percentile)
    this.#host = {
      settings,
      mayHedge: (attempt, delayMs) => this.#mayHedge(attempt, delayMs),
      firstTook: latencyMs => this.#latency?.record(latencyMs),
      won: attempt => {
        if (attempt > 1) this.#hedgeWins += 1
      },
    }
  }

  /**
   * The first accepted outcome; if none is accepted, the one that came first, once all attempts have settled.
   * Rejects with DeadlineExceededError, and runs nothing, when the deadline has passed.
   */
  execute<T extends R>(operation: Operation<T>, within?: Within): Promise<T> {
    const refused = misuse('Hedge', operation, within)
    if (refused !== undefined) return refused
    const outer = contextOf(within)
    if (outer.aborted) return Promise.reject(outer.reason)
    const late = tooLate(outer, this.#settings.clock)
    if (late !== undefined) return Promise.reject(late)
    this.#calls += 1
    this.#budget?.earn()
    return new HedgedCall<R, T>(this.#host, operation, outer, this.#delayMs()).result
  }

  metrics(): HedgeMetrics {
    return {
      calls: this.#calls,
      hedges: this.#hedges,
      hedgeWins: this.#hedgeWins,
      suppressed: this.#suppressed,
      delayMs: this.#delayMs(),
    }
  }

  /**
   * With a percentile the delay of today may not be that of tomorrow; it never exceeds what an attempt takes.
   */
  describe(): PolicyDescription {
    const { delayMs, percentile, maxHedges, budgetRatio } = this.#settings
    return {
      pattern: 'hedge',
      role: 'hedge',
      options: { delayMs, percentile, maxHedges, budgetRatio },
      attempts: 1 + maxHedges,
      loadAmplification: 1 + (budgetRatio === false ? maxHedges : Math.min(maxHedges, budgetRatio)),
      waitMs: percentile === false ? maxHedges * delayMs : Infinity,
    }
  }

  /** Events arrive in the order in which they happen; dispose the result to stop. */
  subscribe(listener: Listener<HedgeEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  #delayMs(): number {
    const known = this.#latency
    return known !== undefined && known.count >= ENOUGH ? known.value : this.#settings.delayMs
  }

  #mayHedge(attempt: number, delayMs: number): boolean {
    const allowed = this.#budget?.trySpend() ?? true
    if (allowed) this.#hedges += 1
    else this.#suppressed += 1
    const type = allowed ? 'hedge' : 'budget-exceeded'
    if (this.#events.wanted(type)) this.#events.emit({ type, attempt, delayMs })
    return allowed
  }
}
