/** A time in which nothing departs, because the server asked for it, or its quota is used up. */
export interface Quiet {
  /** On the scale of `clock.now()`. */
  readonly until: number
  /** `429 of page 7 of shop (retry-after)`, or `limits.quota 10000/day`. */
  readonly askedBy: string
  /** Default `QUIET`. */
  readonly code?: 'QUIET' | 'QUOTA' | undefined
}
