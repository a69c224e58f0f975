import type { PoliteLimits } from './stream-limits.js'

/** Decimals (0.1 x 30) may miss a whole number by this. */
const ROUNDING = 1e-9

/**
 * A rate as so many requests in a window: 5 is 5 in 1,000 ms, 0.3 is 1 in 3,333 ms. With even pacing the
 * window is that of a single request: 5 is 1 in 200 ms. The margin makes it longer, so that what is late on
 * its way does not meet, at the server, what comes a window later.
 *
 * "At most 2.5 in any second" can only be kept by at most 2 in any second, which then is the average too; a
 * spacing of 400 ms would let three depart within 800 ms. So the fraction of a rate above 1 is dropped: the
 * promise to the source counts for more than the rate.
 */
export function windowOf({
  ratePerSecond,
  pacing,
  marginMs,
}: Pick<PoliteLimits, 'ratePerSecond' | 'pacing' | 'marginMs'>): { maxRequests: number; windowMs: number } {
  const whole = Math.floor(ratePerSecond + ROUNDING)
  return whole === 0 || pacing === 'even'
    ? { maxRequests: 1, windowMs: 1_000 / (whole || ratePerSecond) + marginMs }
    : { maxRequests: whole, windowMs: 1_000 + marginMs }
}
