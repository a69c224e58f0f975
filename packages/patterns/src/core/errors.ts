/** Data that every error of this package may carry. */
export interface AsyncPatternsErrorOptions {
  readonly cause?: unknown
}

/**
 * Base of all errors that the package makes. `code` is a literal that is stable across releases;
 * `cause` is the error behind it, where there is one.
 */
export abstract class AsyncPatternsError extends Error {
  abstract readonly code: string

  constructor(message: string, options?: AsyncPatternsErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** The operation took longer than its `timeoutMs`. */
export class TimeoutError extends AsyncPatternsError {
  readonly code = 'TIMEOUT'
  /** The limit that was exceeded, in milliseconds. */
  readonly timeoutMs: number

  constructor(message: string, timeoutMs: number, options?: AsyncPatternsErrorOptions) {
    super(message, options)
    this.timeoutMs = timeoutMs
  }
}

/** No capacity became free within the time that the caller was ready to wait. */
export class AcquireTimeoutError extends AsyncPatternsError {
  readonly code = 'ACQUIRE_TIMEOUT'
  /** The longest wait that was allowed, in milliseconds. */
  readonly timeoutMs: number

  constructor(message: string, timeoutMs: number, options?: AsyncPatternsErrorOptions) {
    super(message, options)
    this.timeoutMs = timeoutMs
  }
}

/** A bounded queue or waiting line had no place left. */
export class QueueFullError extends AsyncPatternsError {
  readonly code = 'QUEUE_FULL'
}

/** The thing was closed; it takes nothing more. */
export class ClosedError extends AsyncPatternsError {
  readonly code = 'CLOSED'
}
