import type { BreakerOpenError, BreakerTransitionEvent, Clock, Policy } from 'async-patterns'
import { CircuitBreaker } from 'async-patterns'
import { verdictOn } from './attempt-verdict.js'
import type { BreakerLimits } from './stream-limits.js'

/** The health of one stream: its breaker, and how long that has not been closed. */
export interface StreamHealth {
  /** Attempts go through it. While it is open, it rejects with BreakerOpenError. */
  readonly breaker: Policy
  /** The breaker has not closed for `giveUpAfterMs`: the stream has failed. */
  readonly hasFailed: boolean
  /**
   * How long, in milliseconds, a page that the breaker turned away waits: until it may pass, or the stream is
   * given up.
   */
  pauseMs(rejection: BreakerOpenError): number
}

/** The stream whose health is kept, and what it bears. */
export interface WatchedStream {
  readonly name: string
  readonly limits: { readonly breaker: BreakerLimits; readonly giveUpAfterMs: number }
}

/** The health of all streams: as one process sees it, or as a fleet does. */
export interface Health {
  /** Called once for each stream of a run. `onTransition` is told each time that its breaker moves. */
  healthOf(stream: WatchedStream, onTransition: (event: BreakerTransitionEvent) => void): StreamHealth
}

/** The health of streams as this process sees it. */
export class EmbeddedHealth implements Health {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  healthOf(stream: WatchedStream, onTransition: (event: BreakerTransitionEvent) => void): StreamHealth {
    return new BreakerHealth(stream, this.#clock, onTransition)
  }
}

/** How soon a page may ask again at a breaker whose probes are taken. */
const SHORTEST_PAUSE_MS = 50

class BreakerHealth implements StreamHealth {
  readonly breaker: CircuitBreaker
  readonly #clock: Clock
  readonly #giveUpAfterMs: number
  /** When the breaker left the closed state, on the scale of `clock.now()`. */
  #notClosedSince: number | undefined

  constructor(
    { name, limits }: WatchedStream,
    clock: Clock,
    onTransition: (event: BreakerTransitionEvent) => void,
  ) {
    this.#clock = clock
    this.#giveUpAfterMs = limits.giveUpAfterMs
    this.breaker = new CircuitBreaker({
      ...limits.breaker,
      name,
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

  get hasFailed(): boolean {
    return this.#leftMs() <= 0
  }

  pauseMs(rejection: BreakerOpenError): number {
    return Math.min(Math.max(rejection.retryAfterMs, SHORTEST_PAUSE_MS), Math.max(0, this.#leftMs()))
  }

  #leftMs(): number {
    if (this.#notClosedSince === undefined) return Infinity
    return this.#notClosedSince + this.#giveUpAfterMs - this.#clock.now()
  }
}
