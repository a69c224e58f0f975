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

/** The numbers that decided a rejection, by name. */
export type Facts = Readonly<Record<string, unknown>>

/** What a rejection carries. */
export interface RejectionOptions extends AsyncPatternsErrorOptions {
  /** What `explain()` gives. Default: nothing. */
  readonly facts?: Facts
}

/**
 * A call that was refused or given up by a rule, not by the operation itself; it can say why.
 *
 * Its `stack` has no frames: while a remote is down, rejections are what a program does most, and the frames
 * are two thirds of what one costs. They would show where the call was made, not why it was refused; the
 * message and `explain()` show that. `RejectionError.stackTraceLimit = 10` brings them back.
 */
export abstract class RejectionError extends AsyncPatternsError {
  /** How many frames the `stack` of a rejection holds, for the whole process. Default 0. */
  static override stackTraceLimit = 0
  readonly #facts: Facts

  constructor(message: string, options?: RejectionOptions) {
    const { stackTraceLimit } = Error
    setStackTraceLimit(RejectionError.stackTraceLimit)
    super(message, options)
    setStackTraceLimit(stackTraceLimit)
    this.#facts = Object.freeze({ ...options?.facts })
  }

  /** The numbers that decided it, as they were then. */
  explain(): Facts {
    return this.#facts
  }
}

/** Does nothing where the runtime's own objects are frozen. */
function setStackTraceLimit(frames: number): void {
  Reflect.set(Error, 'stackTraceLimit', frames)
}

/** No capacity became free within the time that the caller was ready to wait. */
export class AcquireTimeoutError extends RejectionError {
  readonly code = 'ACQUIRE_TIMEOUT'
  /** The longest wait that was allowed, in milliseconds. */
  readonly timeoutMs: number

  constructor(message: string, timeoutMs: number, options?: RejectionOptions) {
    super(message, { ...options, facts: { timeoutMs, ...options?.facts } })
    this.timeoutMs = timeoutMs
  }
}

/** A bounded queue or waiting line had no place left. */
export class QueueFullError extends RejectionError {
  readonly code = 'QUEUE_FULL'
}

/** The work cannot be done by its deadline: the deadline has passed, or too little is left to begin. */
export class DeadlineExceededError extends RejectionError {
  readonly code = 'DEADLINE_EXCEEDED'
  /** The deadline, on the scale of `clock.now()`. */
  readonly deadlineAt: number

  constructor(message: string, deadlineAt: number, options?: RejectionOptions) {
    super(message, { ...options, facts: { deadlineAt, ...options?.facts } })
    this.deadlineAt = deadlineAt
  }
}

/** Whoever waited was sent away by `clear`. */
export class ClearedError extends RejectionError {
  readonly code = 'CLEARED'
}

/** The thing was closed; it takes nothing more. */
export class ClosedError extends AsyncPatternsError {
  readonly code = 'CLOSED'
}
