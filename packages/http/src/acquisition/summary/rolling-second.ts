const WINDOW_MS = 1_000
/** Epoch milliseconds as a double resolve a quarter of a microsecond: two moments a second apart may seem nearer. */
const RESOLUTION_MS = 0.001

/** The most moments that lie in any half-open second. `times` in milliseconds, in ascending order. */
export function worstRollingSecond(times: readonly number[]): number {
  let worst = 0
  let first = 0
  for (const [last, at] of times.entries()) {
    while (at - (times[first] as number) >= WINDOW_MS - RESOLUTION_MS) first += 1
    worst = Math.max(worst, last - first + 1)
  }
  return worst
}
