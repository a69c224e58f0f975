/** The most moments that lie in any half-open window of `windowMs`. Rounding of the last bits is forgiven. */
export function worstWindow(moments: readonly number[], windowMs: number): number {
  const sorted = [...moments].sort((a, b) => a - b)
  let worst = 0
  let first = 0
  sorted.forEach((moment, last) => {
    while ((sorted[first] ?? Infinity) <= moment - windowMs + 1e-6) first += 1
    worst = Math.max(worst, last - first + 1)
  })
  return worst
}
