import type { CallWindow, WindowRow } from './call-window.js'

/** The run of failures that lasts until now; one success ends it. Time ends nothing. */
export class ConsecutiveWindow implements CallWindow {
  failures = 0
  readonly slowCalls = 0

  get calls(): number {
    return this.failures
  }

  record(_now: number, failed: boolean): void {
    this.failures = failed ? this.failures + 1 : 0
  }

  slide(): void {
    // A run has no age.
  }

  rows(): WindowRow[] {
    return [[0, this.failures, this.failures, 0]]
  }

  restore(rows: readonly WindowRow[]): void {
    this.failures = rows[0]?.[2] ?? 0
  }
}
