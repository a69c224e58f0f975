import type {
  BreakerOpenError,
  BreakerTransitionEvent,
  Clock,
  Operation,
  Policy,
  Within,
} from 'async-patterns'
import { CircuitBreaker, contextOf } from 'async-patterns'
import { verdictOn } from './attempt-verdict.js'
import type { BreakerLimits } from './stream-limits.js'

/** The health of one stream: the breaker of its endpoint, and how long that has not been closed. */
export interface StreamHealth {
  /** Attempts go through it. While it is open, it rejects with BreakerOpenError. */
  readonly breaker: Policy
  /**
   * The breaker has not closed for `giveUpAfterMs`, and that is not the doing of other streams alone: the
   * stream has failed.
   */
  readonly hasFailed: boolean
  /**
   * How long, in milliseconds, a page that the breaker turned away waits: until it may pass, or the stream is
   * given up.
   */
  pauseMs(rejection: BreakerOpenError): number
}

/** A stream whose health is kept, and what it bears. */
export interface WatchedStream {
  readonly name: string
  readonly limits: { readonly breaker: BreakerLimits; readonly giveUpAfterMs: number }
}

/** The health of all streams: as one process sees it, or as a fleet does. */
export interface Health {
  /**
   * Called once for each endpoint of a run, with the streams that share it. `onTransition` is told each time
   * that its breaker moves.
   */
  healthOf(
    sharing: readonly WatchedStream[],
    onTransition: (event: BreakerTransitionEvent) => void,
  ): ReadonlyMap<string, StreamHealth>
}

/** The health of streams as this process sees it. */
export class EmbeddedHealth implements Health {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  healthOf(
    sharing: readonly WatchedStream[],
    onTransition: (event: BreakerTransitionEvent) => void,
  ): ReadonlyMap<string, StreamHealth> {
    const shared = new EndpointHealth(sharing, this.#clock, onTransition)
    return new Map(sharing.map(stream => [stream.name, new BreakerHealth(stream, shared, this.#clock)]))
  }
}

/** How soon a page may ask again at a breaker whose probes are taken. */
const SHORTEST_PAUSE_MS = 50

/** Where attempts of so many streams have failed, the endpoint is at fault and not some of its paths. */
const STREAMS_THAT_CONVICT = 3

function nameOf([first, ...others]: readonly WatchedStream[]): string {
  return `${first?.name}${others.length === 0 ? '' : ` and ${others.length} more`}`
}

/** What the streams of an endpoint share; of their limits the strictest hold. */
class EndpointHealth {
  readonly breaker: CircuitBreaker
  /** When the breaker left the closed state, on the scale of `clock.now()`. */
  notClosedSince: number | undefined
  /** The streams of which an attempt has failed since. */
  readonly failed = new Set<string>()

  constructor(
    sharing: readonly WatchedStream[],
    clock: Clock,
    onTransition: (event: BreakerTransitionEvent) => void,
  ) {
    const limits = sharing.map(stream => stream.limits.breaker)
    this.breaker = new CircuitBreaker({
      failureThreshold: Math.min(...limits.map(({ failureThreshold }) => failureThreshold)),
      openStateDurationMs: Math.max(...limits.map(({ openStateDurationMs }) => openStateDurationMs)),
      name: nameOf(sharing),
      window: 'consecutive',
      latencyThresholdMultiplier: false,
      successThreshold: 1,
      classify: verdictOn,
      clock,
    })
    this.breaker.subscribe(event => {
      if (event.type !== 'transition') return
      if (event.to === 'closed') {
        this.notClosedSince = undefined
        this.failed.clear()
      } else this.notClosedSince ??= event.at
      onTransition(event)
    })
  }
}

class BreakerHealth implements StreamHealth {
  readonly #shared: EndpointHealth
  readonly #name: string
  readonly #clock: Clock
  readonly #giveUpAfterMs: number

  constructor({ name, limits }: WatchedStream, shared: EndpointHealth, clock: Clock) {
    this.#shared = shared
    this.#name = name
    this.#clock = clock
    this.#giveUpAfterMs = limits.giveUpAfterMs
  }

  readonly breaker: Policy = {
    execute: <T>(operation: Operation<T>, within?: Within): Promise<T> => this.#execute(operation, within),
  }

  /** A stream whose own attempts have not failed gets its turn when those of the others have given up. */
  get hasFailed(): boolean {
    return this.#leftMs() <= 0
  }

  pauseMs(rejection: BreakerOpenError): number {
    return Math.min(Math.max(rejection.retryAfterMs, SHORTEST_PAUSE_MS), Math.max(0, this.#leftMs()))
  }

  async #execute<T>(operation: Operation<T>, within: Within | undefined): Promise<T> {
    const { breaker, failed } = this.#shared
    try {
      return await breaker.execute(operation, within)
    } catch (error) {
      const isFailure = verdictOn({ ok: false, error }, contextOf(within)) === 'failure'
      if (isFailure && this.#shared.notClosedSince !== undefined) failed.add(this.#name)
      throw error
    }
  }

  #leftMs(): number {
    const { notClosedSince, failed } = this.#shared
    const isConvicted = failed.has(this.#name) || failed.size >= STREAMS_THAT_CONVICT
    if (notClosedSince === undefined || !isConvicted) return Infinity
    return notClosedSince + this.#giveUpAfterMs - this.#clock.now()
  }
}
