import type {
  Clock,
  Context,
  Listener,
  Operation,
  OptionRules,
  Policy,
  PolicyDescription,
  Random,
  Within,
} from '../../core/index.js'
import {
  AsyncPatternsError,
  checkFunction,
  clockLike,
  contextOf,
  duration,
  Events,
  fn,
  optional,
  optionsOf,
  orFn,
  share,
  systemClock,
  systemRandom,
  tooLate,
  misuse,
} from '../../core/index.js'

/** The fault that Chaos injects unless told otherwise. */
export class ChaosError extends AsyncPatternsError {
  readonly code = 'CHAOS'
}

/**
 * What is done to calls, and to which share of them. The three draw apart from each other, in the order
 * latency, fault, result; a call that draws both a fault and a result has the fault.
 */
export interface ChaosOptions<A = never> {
  /** Share of calls that wait first, 0 to 1. Default 0. */
  readonly latencyRate?: number
  /** How long they wait, or a function that draws it. Default 1,000. */
  readonly latencyMs?: number | ((random: Random) => number)
  /** Share of calls that fail without being run, 0 to 1. Default 0. */
  readonly faultRate?: number
  /** Makes the error. Default: a ChaosError. */
  readonly fault?: (context: Context) => unknown
  /** Share of calls that get `result` without being run, 0 to 1. Default 0. */
  readonly resultRate?: number
  /** Makes the result; needed for `resultRate`. */
  readonly result?: (context: Context) => A | PromiseLike<A>
  /** Asked for every call; false lets it through untouched, without a draw. Default: always. */
  readonly enabled?: (context: Context) => boolean
  /** `seededRandom(seed)` gives the same chaos every time. Default: the runtime's. */
  readonly random?: Random
  /** Default: the runtime's. */
  readonly clock?: Clock
}

/** Something was done to a call. */
export interface ChaosEvent {
  readonly type: 'latency' | 'fault' | 'result'
  /** What was waited; 0 for the others. */
  readonly latencyMs: number
}

type ChaosDefaults = Required<Omit<ChaosOptions, 'result'>>

const DEFAULTS: ChaosDefaults = Object.freeze({
  latencyRate: 0,
  latencyMs: 1_000,
  faultRate: 0,
  fault: () => new ChaosError('A fault that Chaos injected'),
  resultRate: 0,
  enabled: () => true,
  random: systemRandom,
  clock: systemClock,
})

const RULES = {
  latencyRate: share(),
  latencyMs: orFn(duration()),
  faultRate: share(),
  fault: fn(),
  resultRate: share(),
  result: optional(fn()),
  enabled: fn(),
  random: fn(),
  clock: clockLike(),
} satisfies OptionRules<ChaosOptions<unknown>>

type Settings<A> = ChaosDefaults & Pick<ChaosOptions<A>, 'result'>

/**
 * Disturbs calls on purpose, to rehearse how the policies outside of it cope: it belongs innermost.
 * The same seed disturbs the same calls in the same way, as long as they come in the same order.
 */
export class Chaos<out A = never> implements Policy<unknown, A> {
  declare readonly addedResult?: A
  /** It holds no state worth keeping. */
  readonly idle = true
  readonly #settings: Settings<A>
  readonly #drawMs: (random: Random) => number
  readonly #events = new Events<ChaosEvent>('chaos')

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options: ChaosOptions<A> = {}) {
    const settings: Settings<A> = optionsOf('Chaos', DEFAULTS, RULES, options)
    const { latencyMs, resultRate, result } = settings
    if (resultRate > 0) checkFunction('Chaos.result', result)
    this.#drawMs = typeof latencyMs === 'function' ? latencyMs : () => latencyMs
    this.#settings = settings
  }

  /** Rejects with DeadlineExceededError, and draws nothing, when the deadline has passed. */
  async execute<T>(operation: Operation<T>, within?: Within): Promise<T | A> {
    const refused = misuse('Chaos', operation, within)
    if (refused !== undefined) return refused
    const context = contextOf(within)
    if (context.aborted) throw context.reason
    const late = tooLate(context, this.#settings.clock)
    if (late !== undefined) throw late
    const { enabled, latencyRate, faultRate, fault, resultRate, result, random } = this.#settings
    if (!enabled(context)) return operation(context)
    if (draw(random, latencyRate)) await this.#wait(context)
    // Both are drawn in any case, so that a fault does not shift the draws of later calls.
    const [fails, isReplaced] = [draw(random, faultRate), draw(random, resultRate)]
    if (fails) {
      this.#tell('fault')
      throw fault(context)
    }
    if (!isReplaced || result === undefined) return operation(context)
    this.#tell('result')
    return result(context)
  }

  describe(): PolicyDescription {
    const { latencyRate, latencyMs, faultRate, resultRate } = this.#settings
    const options = { latencyRate, faultRate, resultRate }
    const longestMs = typeof latencyMs === 'number' ? latencyMs : Infinity
    return { pattern: 'chaos', role: 'chaos', options, waitMs: latencyRate > 0 ? longestMs : 0 }
  }

  /** What was done, in the order in which it happens; dispose the result to stop. */
  subscribe(listener: Listener<ChaosEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  async #wait(context: Context): Promise<void> {
    const latencyMs = this.#drawMs(this.#settings.random)
    this.#tell('latency', latencyMs)
    await this.#settings.clock.sleep(latencyMs, context)
  }

  #tell(type: ChaosEvent['type'], latencyMs = 0): void {
    if (this.#events.wanted(type)) this.#events.emit({ type, latencyMs })
  }
}

/** A rate of 0 draws nothing, a rate of 1 always wins: `random` is below 1. */
function draw(random: Random, rate: number): boolean {
  return rate > 0 && random() < rate
}
