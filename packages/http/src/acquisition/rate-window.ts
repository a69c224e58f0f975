/** The widest window in which a rate that is no integer is made a whole number of requests. */
const WIDEST_WINDOW_S = 20

/** A rate as so many requests in a window: 5 is 5 in 1,000 ms, 2.5 is 5 in 2,000 ms, 0.3 is 3 in 10,000 ms. */
export function windowOf(ratePerSecond: number): { maxRequests: number; windowMs: number } {
  for (let seconds = 1; seconds <= WIDEST_WINDOW_S; seconds += 1) {
    const requests = ratePerSecond * seconds
    if (Math.abs(requests - Math.round(requests)) < 1e-9 && Math.round(requests) >= 1) {
      return { maxRequests: Math.round(requests), windowMs: seconds * 1_000 }
    }
  }
  return { maxRequests: 1, windowMs: 1_000 / ratePerSecond }
}
