import { duration, fn, numeric, oneOf, optional, optionsOf, seededRandom } from '../core/index.js'
import type { Clock, OptionRules, Random } from '../core/index.js'
import { ManualClock } from './manual-clock.js'

/** The seed of a simulated world, and how its clock behaves. */
export interface SimulateOptions {
  /** The same seed gives the same run, bit for bit. Default 1. */
  readonly seed?: number
  /**
   * What `clock.wallNow()` shows at the start, in milliseconds since the epoch. Default 2026-01-01T00:00:00Z.
   */
  readonly wallStartMs?: number
  /** How late each timer fires; see `lateBy`. Default: on time. */
  readonly latenessMs?: () => number
}

/** How many calls arrive, for how long, and at which distances. */
export interface TrafficOptions {
  /** How many calls arrive a second: above 0. */
  readonly ratePerSecond: number
  /** For how long, in milliseconds. */
  readonly durationMs: number
  /** `even`: at equal distances; `poisson`: at random, as from many independent users. Default `even`. */
  readonly arrivals?: 'even' | 'poisson'
}

const SIMULATE_DEFAULTS = Object.freeze({ seed: 1 })

const SIMULATE_RULES: OptionRules<SimulateOptions> = {
  seed: numeric(),
  wallStartMs: optional(numeric()),
  latenessMs: optional(fn()),
}

const TRAFFIC_DEFAULTS = Object.freeze({ arrivals: 'even' as const })

const TRAFFIC_RULES: OptionRules<TrafficOptions> = {
  ratePerSecond: numeric({ above: 0 }),
  durationMs: duration(),
  arrivals: oneOf(['even', 'poisson']),
}

/** The world in which a scenario runs: hand its clock and its chance to everything that takes them. */
export interface World {
  readonly clock: Clock
  readonly random: Random
  /**
   * Calls `call` with 0, 1, 2, ... at its moment of arrival, whether or not earlier calls are
   * done (an open loop). Resolves when all have settled; a call that rejects or throws makes it
   * reject, with the first error.
   */
  readonly traffic: (options: TrafficOptions, call: (index: number) => unknown) => Promise<void>
}

/**
 * Runs a scenario in virtual time: days take seconds, and the same seed gives the same run. It must wait for
 * promises and for its clock only: real timers and I/O are not waited for. Resolves or rejects as the
 * scenario does, and rejects when the scenario waits for something that can no longer happen.
 *
 *     const opened = await simulate({ seed: 7 }, async ({ clock, random, traffic }) => {
 *       const breaker = new CircuitBreaker({ clock })
 *       await traffic({ ratePerSecond: 100, durationMs: 86_400_000 }, () => breaker.execute(...).catch(...))
 *       return breaker.metrics()
 *     })
 *
 * @throws RangeError or TypeError that names the option (as a rejection).
 */
export async function simulate<T>(
  options: SimulateOptions,
  scenario: (world: World) => T | PromiseLike<T>,
): Promise<T> {
  const { seed, ...clockOptions } = optionsOf('simulate', SIMULATE_DEFAULTS, SIMULATE_RULES, options)
  const clock = new ManualClock({ ...clockOptions, between: 'promises' })
  const random = seededRandom(seed)
  const traffic: World['traffic'] = (load, call) => new Traffic(clock, random, load, call).run()
  return clock.run(Promise.resolve(scenario({ clock, random, traffic })))
}

/** Calls on their way, from the first arrival to the last settling. */
class Traffic {
  readonly #clock: Clock
  readonly #random: Random
  readonly #options: TrafficOptions
  readonly #call: (index: number) => unknown
  readonly #startedAt: number
  readonly #gapMs: number
  #arrived = 0
  #settled = 0
  #nextAt: number
  #hasEnded = false
  #failure: { readonly error: unknown } | undefined
  #finish: () => void = () => undefined

  constructor(clock: Clock, random: Random, options: TrafficOptions, call: (index: number) => unknown) {
    this.#clock = clock
    this.#random = random
    this.#options = optionsOf('traffic', TRAFFIC_DEFAULTS, TRAFFIC_RULES, options)
    this.#call = call
    this.#startedAt = clock.now()
    this.#gapMs = 1000 / options.ratePerSecond
    this.#nextAt = this.#startedAt
  }

  async run(): Promise<void> {
    const finished = new Promise<void>(resolve => {
      this.#finish = resolve
    })
    this.#schedule()
    await finished
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Moments are reckoned from the start, so that rounding does not add up. */
  #schedule(): void {
    if (this.#options.arrivals === 'poisson') this.#nextAt -= Math.log(1 - this.#random()) * this.#gapMs
    else this.#nextAt = this.#startedAt + this.#arrived * this.#gapMs
    if (this.#nextAt >= this.#startedAt + this.#options.durationMs) return this.#end()
    this.#clock.setTimer(this.#arrive, this.#nextAt - this.#clock.now())
  }

  readonly #arrive = (): void => {
    const index = this.#arrived
    this.#arrived += 1
    try {
      const result = this.#call(index)
      if (isThenable(result)) result.then(this.#settle, this.#fail)
      else this.#settle()
    } catch (error) {
      this.#fail(error)
    }
    this.#schedule()
  }

  readonly #settle = (): void => {
    this.#settled += 1
    if (this.#hasEnded && this.#settled === this.#arrived) this.#finish()
  }

  readonly #fail = (error: unknown): void => {
    this.#failure ??= { error }
    this.#settle()
  }

  #end(): void {
    this.#hasEnded = true
    if (this.#settled === this.#arrived) this.#finish()
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function'
}
