import type { Clock, BreakerOpenError } from 'async-patterns'
import { CircuitBreaker } from 'async-patterns'
import type { BreakerTransitionEvent } from 'async-patterns'
import { verdictOn } from './attempt-verdict.js'
import type { SourceConfig } from '../streams/config.js'

/** How soon a page may ask again at a breaker whose probes are taken. */
const SHORTEST_PAUSE_MS = 50

/** A source's breaker, and how long it has not been closed. */
export class SourceHealth {
  readonly breaker: CircuitBreaker
  readonly #clock: Clock
  readonly #giveUpAfterMs: number
  /** When the breaker left the closed state, on the scale of `clock.now()`. */
  #notClosedSince: number | undefined

  constructor(source: SourceConfig, clock: Clock, onTransition: (event: BreakerTransitionEvent) => void) {
    this.#clock = clock
    this.#giveUpAfterMs = source.limits.giveUpAfterMs
    this.breaker = new CircuitBreaker({
      ...source.limits.breaker,
      name: source.name,
      window: 'consecutive',
      latencyThresholdMultiplier: false,
      successThreshold: 1,
      classify: verdictOn,
      clock,
    })
    this.breaker.subscribe(event => {
      if (event.type !== 'transition') return
      if (event.to === 'closed') this.#notClosedSince = undefined
      else this.#notClosedSince ??= event.at
      onTransition(event)
    })
  }

  /** The breaker has not closed for `giveUpAfterMs`: the source has failed. */
  get hasFailed(): boolean {
    return this.#leftMs() <= 0
  }

  /** How long a page that the breaker turned away waits: until it may pass, or the source is given up. */
  pauseMs(rejection: BreakerOpenError): number {
    return Math.min(Math.max(rejection.retryAfterMs, SHORTEST_PAUSE_MS), Math.max(0, this.#leftMs()))
  }

  #leftMs(): number {
    if (this.#notClosedSince === undefined) return Infinity
    return this.#notClosedSince + this.#giveUpAfterMs - this.#clock.now()
  }
}
