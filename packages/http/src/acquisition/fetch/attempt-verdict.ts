import type { Context, Outcome, Verdict } from 'async-patterns'
import { TimeoutError } from 'async-patterns'
import { TransportError } from '../../engines/index.js'
import { HttpStatusError } from './http-status-error.js'
import { PageInvalidError } from '../records/page-invalid-error.js'

/** Client errors that say "later" and not "never". */
const PASSING_CLIENT_ERRORS: ReadonlySet<number> = new Set([408, 425, 429])

/** Transport errors that the same request will meet again, and NO_ROOM, which is no fault of the server. */
const LASTING_TRANSPORT_ERRORS: ReadonlySet<string> = new Set([
  'BODY_TOO_LARGE',
  'NO_ROOM',
  'BAD_REQUEST',
  'TOO_MANY_REDIRECTS',
])

/** Whether another try may bring the page. Redirects, and client errors but 408, 425 and 429, are final. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof HttpStatusError) {
    return error.statusCode >= 500 || PASSING_CLIENT_ERRORS.has(error.statusCode)
  }
  if (error instanceof TransportError) return !LASTING_TRANSPORT_ERRORS.has(error.code)
  return error instanceof TimeoutError || error instanceof PageInvalidError
}

/**
 * What an attempt tells the breaker about the remote's health. A server that asks for less, or refuses this one
 * request, works; an interruption of ours says nothing.
 */
export function verdictOn(outcome: Outcome<unknown>, context: Context): Verdict {
  if (outcome.ok) return 'success'
  const { error } = outcome
  if (context.aborted) return 'ignore'
  if (error instanceof HttpStatusError) {
    return error.isThrottling || !isWorthRetrying(error) ? 'ignore' : 'failure'
  }
  return isWorthRetrying(error) ? 'failure' : 'ignore'
}
