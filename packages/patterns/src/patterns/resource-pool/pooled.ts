/** A resource and what the pool knows about it. */
export interface Pooled<T> {
  readonly resource: T
  /** From then on it is not given out any more. */
  readonly expiresAt: number
  /** Since when it is idle; meaningless while it is leased. */
  idleSince: number
}
