import { clockLike, count, duration, fn, having, optionsOf, systemClock } from '../../core/index.js'
import type { Clock, Context, OptionRules, TimerHandle } from '../../core/index.js'
import { Timeout } from '../timeout/index.js'
import type { CircuitBreaker } from './circuit-breaker.js'

/** How a remote is asked whether it is well again. */
export interface BreakerHealthCheckOptions {
  /** Asks the remote: it resolves when that is well, and throws or rejects when not. */
  readonly check: (context: Context) => unknown
  /** From the opening to the first check, and from one check to the next, in milliseconds. Default 5,000. */
  readonly intervalMs?: number
  /** A check that takes longer has failed; its signal is aborted. At least 1, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number
  /** So many checks in a row must succeed, from 1. Default 1. */
  readonly successThreshold?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({
  intervalMs: 5_000,
  timeoutMs: 5_000,
  successThreshold: 1,
  clock: systemClock,
})

const RULES: OptionRules<BreakerHealthCheckOptions> = {
  check: fn(),
  intervalMs: duration({ above: 0 }),
  timeoutMs: duration({ min: 1 }),
  successThreshold: count(),
  clock: clockLike(),
}

/**
 * While a breaker is open, asks the remote in the background, and closes the breaker as soon as it is well: no
 * caller has to be the probe. A breaker that was forced open stays as it is, and calls that probe by
 * themselves go first. It checks one at a time; its timer keeps no process alive. Dispose it to stop.
 */
export class BreakerHealthCheck implements Disposable {
  readonly #breaker: CircuitBreaker<never>
  readonly #options: Required<BreakerHealthCheckOptions>
  readonly #timeout: Timeout
  readonly #subscription: Disposable
  #timer: TimerHandle | undefined
  #successes = 0
  /** Another one for each open state: a check that began in an earlier one says nothing about this. */
  #openings = 0

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(breaker: CircuitBreaker<never>, options: BreakerHealthCheckOptions) {
    having('subscribe', 'toJSON', 'reset')('BreakerHealthCheck.breaker', breaker)
    this.#options = optionsOf<typeof DEFAULTS, BreakerHealthCheckOptions>(
      'BreakerHealthCheck',
      DEFAULTS,
      RULES,
      options,
    )
    const { timeoutMs, clock } = this.#options
    this.#breaker = breaker
    this.#timeout = new Timeout({ timeoutMs, clock })
    this.#subscription = breaker.subscribe(event => {
      if (event.type !== 'transition') return
      this.#stop()
      if (event.to === 'open' && event.cause !== 'forced') this.#arm()
    })
    // It may have been revived open.
    const { state } = breaker.toJSON()
    if (state.name === 'open' && state.leftMs !== null) this.#arm()
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
    this.#stop()
  }

  #stop(): void {
    const { clock } = this.#options
    if (this.#timer !== undefined) clock.clearTimer(this.#timer)
    this.#timer = undefined
    this.#successes = 0
    this.#openings += 1
  }

  #arm(): void {
    const { clock, intervalMs } = this.#options
    this.#timer = clock.setTimer(() => void this.#check(this.#openings), intervalMs)
    ;(this.#timer as { unref?: () => void }).unref?.()
  }

  async #check(opening: number): Promise<void> {
    const isWell = await this.#timeout.execute(this.#options.check).then(
      () => true,
      () => false,
    )
    if (opening !== this.#openings) return
    this.#successes = isWell ? this.#successes + 1 : 0
    if (this.#successes >= this.#options.successThreshold) this.#breaker.reset()
    else this.#arm()
  }
}
