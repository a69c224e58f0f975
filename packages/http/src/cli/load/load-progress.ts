import type { LoadProgress } from '../../lab/index.js'

/** How a load goes, on one line. */
export function loadProgress({ atMs, perSecond, p50Ms, p99Ms, errors }: LoadProgress): string {
  const seconds = `${Math.round(atMs / 1_000)} s`.padStart(6)
  return `${seconds}  ${Math.round(perSecond)}/s  p50 ${ms(p50Ms)}  p99 ${ms(p99Ms)}  errors ${errors}`
}

function ms(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(2)} ms`
}
