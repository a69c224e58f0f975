import type { Clock, Context, Discard, OptionRules, Outcome } from '../../core/index.js'
import {
  clockLike,
  count,
  disposeValue,
  duration,
  fn,
  numeric,
  optionsOf,
  orOff,
  share,
  systemClock,
} from '../../core/index.js'

/** When a second attempt joins the first, and how often that may happen. */
export interface HedgeOptions<R = unknown> {
  /**
   * How long the first attempt has before a second one joins it, and that one before the next. Default 100.
   */
  readonly delayMs?: number
  /**
   * Above 0 and below 1: once 20 latencies are known, the delay is this quantile of the last 256
   * first attempts (0.95: the slowest twentieth of the calls is hedged), and `delayMs` holds only
   * before. Default `false`.
   */
  readonly percentile?: number | false
  /** Further attempts of one call, from 1. Default 1. */
  readonly maxHedges?: number
  /** Hedges as a share of calls, 0 to 1, with a burst of ten; `false`: no budget. Default 0.1. */
  readonly budgetRatio?: number | false
  /**
   * Whether an outcome ends the call. Others wait for the attempts that still run.
   * Default: every value, no error.
   */
  readonly accept?: (outcome: Outcome<R>, context: Context) => boolean
  /**
   * Takes the values that came too late or were not accepted. Default: disposes them and
   * closes responses' bodies.
   */
  readonly discard?: Discard
  /** Default: the runtime's. */
  readonly clock?: Clock
}

export interface HedgeSettings<R> extends Required<HedgeOptions<R>> {}

const DEFAULTS: HedgeSettings<unknown> = Object.freeze({
  delayMs: 100,
  percentile: false,
  maxHedges: 1,
  budgetRatio: 0.1,
  accept: (outcome: Outcome<unknown>) => outcome.ok,
  discard: disposeValue,
  clock: systemClock,
})

const RULES = {
  delayMs: duration(),
  percentile: orOff(numeric({ above: 0, below: 1 })),
  maxHedges: count(),
  budgetRatio: orOff(share()),
  accept: fn(),
  discard: fn(),
  clock: clockLike(),
} satisfies OptionRules<HedgeOptions>

/** @throws RangeError or TypeError that names the option, its value and what is allowed. */
export function hedgeSettings<R>(options: HedgeOptions<R> | undefined): HedgeSettings<R> {
  return optionsOf('Hedge', DEFAULTS, RULES, options)
}
