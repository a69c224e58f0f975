/** One request as the server saw it. */
export interface LoggedRequest {
  /**
   * When its head had been read: milliseconds since the epoch with a fraction, on a clock that does not jump.
   */
  readonly at: number
  readonly method: string
  /** Path and query, as they were sent. */
  readonly url: string
  /** The page that it asked for, from 1; null when it asked for none. */
  readonly page: number | null
  /** The status that was sent; 0 while, or when, none was. */
  status: number
  /** What went wrong on purpose, or null. */
  readonly fault: string | null
}

/** Ground truth for tests: every request in the order of arrival, up to `capacity` of them. */
export class RequestLog<E extends LoggedRequest = LoggedRequest> {
  readonly #capacity: number
  #entries: E[] = []
  #dropped = 0

  constructor(capacity = 1_000_000) {
    this.#capacity = capacity
  }

  add(entry: E): void {
    if (this.#entries.length < this.#capacity) this.#entries.push(entry)
    else this.#dropped++
  }

  /** Copies; later changes of status do not show in them. */
  get entries(): E[] {
    return this.#entries.map(entry => ({ ...entry }))
  }

  /** How many came when the log was full. */
  get dropped(): number {
    return this.#dropped
  }

  clear(): void {
    this.#entries = []
    this.#dropped = 0
  }
}

/**
 * A moment of `performance.now()` in milliseconds since the epoch; it does not jump when the wall clock does.
 */
export function epochOf(now: number): number {
  return performance.timeOrigin + now
}
