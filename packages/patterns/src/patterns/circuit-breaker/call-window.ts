/** Some calls of one age: how long ago, how many, how many of them failed, how many were slow. */
export type WindowRow = readonly [ageMs: number, calls: number, failures: number, slowCalls: number]

/**
 * The calls that a closed breaker remembers. The counts are those of the last `record` or `slide`,
 * so reading them costs nothing.
 */
export interface CallWindow {
  readonly calls: number
  readonly failures: number
  readonly slowCalls: number
  /** Counts one call that ended at `now`. */
  record(now: number, failed: boolean, slow: boolean): void
  /** Forgets what has become too old. */
  slide(now: number): void
  /** What is remembered, the oldest first. */
  rows(now: number): WindowRow[]
  /** Puts back into a new window what `rows` gave; ages are counted from `now`. */
  restore(rows: readonly WindowRow[], now: number): void
}
