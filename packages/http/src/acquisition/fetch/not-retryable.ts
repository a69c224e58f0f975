import { AsyncPatternsError } from 'async-patterns'
import { isWorthRetrying } from './attempt-verdict.js'
import { HttpStatusError } from './http-status-error.js'

/** The request has left and what became of it is not known; it may not be sent again. */
export class NotRetryableError extends AsyncPatternsError {
  readonly code = 'NOT_RETRYABLE'

  /** `cause` is what went wrong after it had left. */
  constructor(method = 'GET', cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(
      `the ${method} was sent, and the server may have acted on it: ${reason}; ` +
        'it is not sent again unless its stream says retryable: true',
      { cause },
    )
  }
}

/**
 * Whether another try at a request that ended so might repeat what the server has done. What was refused with a
 * wish for patience (429, or Retry-After) or for credentials had no effect, and a rule of the file that says
 * `retry` knows its server.
 */
export function mightRepeat(error: unknown): boolean {
  return isWorthRetrying(error) && !(error instanceof HttpStatusError && error.hadNoEffect)
}
