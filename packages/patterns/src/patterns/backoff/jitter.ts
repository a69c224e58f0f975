import type { OptionRule, Random } from '../../core/index.js'
import { checkNumber, checkOneOf } from '../../core/index.js'

/**
 * How much of a delay is left to chance, so that callers who failed together do not come back together.
 * A factor f spreads over [(1 - f) x delay, delay]; `'full'` is 1, `'none'` is 0. Always downwards, so that
 * the longest delay holds and jitter is not lost at it.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export type Jitter = number | 'full' | 'none'

/** The rule of the option: a name, or a factor from 0 to 1. */
export const isJitter: OptionRule<Jitter> = (name, value) => {
  if (typeof value === 'string') checkOneOf(name, value, ['full', 'none'])
  else checkNumber(name, value, { min: 0, max: 1 })
}

export function jitterFactor(jitter: Jitter): number {
  if (jitter === 'full') return 1
  return jitter === 'none' ? 0 : jitter
}

export function spread(delayMs: number, factor: number, random: Random): number {
  return factor === 0 ? delayMs : delayMs * (1 - factor * random())
}
