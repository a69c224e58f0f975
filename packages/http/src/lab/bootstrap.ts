import { seededRandom } from 'async-patterns'
import type { Interval } from '../measurements/index.js'

const CONFIDENCE = 0.95
const RESAMPLES = 10_000

/**
 * How many times `rates` is `baseline`, both measured in the same rounds: the ratio of their means, with its
 * 95 % percentile bootstrap interval over the rounds. Rounds are drawn in pairs, so that what disturbed both
 * disturbs no comparison. The same numbers give the same interval. Below three rounds there is nothing to
 * draw from, and the interval is from 0 to Infinity. Over a rate of 0 everything is Infinity times as fast.
 *
 * Source: B. Efron, R. Tibshirani, An Introduction to the Bootstrap, ch. 13.
 */
export function ratioInterval(rates: readonly number[], baseline: readonly number[]): Interval {
  const rounds = Math.min(rates.length, baseline.length)
  const all = Array.from({ length: rounds }, (_, round) => round)
  const value = ratioOver(all, rates, baseline)
  if (rounds < 3) return { value, low: 0, high: Infinity }
  const ratios = resampledRatios(all, rates, baseline)
  const tail = Math.floor(((1 - CONFIDENCE) / 2) * RESAMPLES)
  return { value, low: ratios[tail] as number, high: ratios[RESAMPLES - 1 - tail] as number }
}

function resampledRatios(
  all: readonly number[],
  rates: readonly number[],
  baseline: readonly number[],
): Float64Array {
  const random = seededRandom(1)
  const ratios = new Float64Array(RESAMPLES)
  for (let sample = 0; sample < RESAMPLES; sample += 1) {
    const drawn = all.map(() => Math.floor(random() * all.length))
    ratios[sample] = ratioOver(drawn, rates, baseline)
  }
  return ratios.sort()
}

function ratioOver(rounds: readonly number[], rates: readonly number[], baseline: readonly number[]): number {
  let [over, under] = [0, 0]
  for (const round of rounds) {
    over += rates[round] as number
    under += baseline[round] as number
  }
  return under === 0 ? Infinity : over / under
}
