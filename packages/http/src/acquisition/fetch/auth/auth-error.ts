import { AsyncPatternsError } from 'async-patterns'
import type { AsyncPatternsErrorOptions } from 'async-patterns'

/** What else is to be said of it. */
export interface AuthErrorOptions extends AsyncPatternsErrorOptions {
  /** Epoch milliseconds before which nobody need ask again; Infinity when no further try can help. Default 0. */
  readonly retryAt?: number
}

/**
 * A source's credentials could not be had, or not be put into a request. `AUTH_FAILED`: no further try can
 * help, which ends the source's streams for this run; `AUTH_UNAVAILABLE`: a later one may.
 */
export class AuthError extends AsyncPatternsError {
  readonly code: 'AUTH_FAILED' | 'AUTH_UNAVAILABLE'
  readonly retryAt: number

  constructor(message: string, { retryAt = 0, ...options }: AuthErrorOptions = {}) {
    super(message, options)
    this.retryAt = retryAt
    this.code = retryAt === Infinity ? 'AUTH_FAILED' : 'AUTH_UNAVAILABLE'
  }

  get isFinal(): boolean {
    return this.code === 'AUTH_FAILED'
  }
}
