/** A stated criterion and whether it was met: the exit code of a benchmark follows from its checks. */
export interface Check {
  /** What was to be: `every result is in the file`. */
  readonly criterion: string
  readonly met: boolean
  /** What was: the numbers that decided it. */
  readonly found: string
}

export function check(criterion: string, met: boolean, found: string): Check {
  return { criterion, met, found }
}
