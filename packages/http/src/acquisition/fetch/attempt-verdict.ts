import type { Context, Outcome, Verdict } from 'async-patterns'
import { TimeoutError } from 'async-patterns'
import { TransportError } from '../../engines/index.js'
import { PageInvalidError } from '../records/index.js'
import { AuthError } from './auth/auth-error.js'
import { HttpStatusError } from './http-status-error.js'

/** Transport errors that the same request will meet again, and NO_ROOM, which is no fault of the server. */
const LASTING_TRANSPORT_ERRORS: ReadonlySet<string> = new Set([
  'BODY_TOO_LARGE',
  'NO_ROOM',
  'ADDRESS_REFUSED',
  'BAD_REQUEST',
  'HEAD_TOO_LARGE',
  'REDIRECT_LOOP',
  'ORIGIN_REFUSED',
  'REDIRECT_REFUSED',
  'TOO_MANY_REDIRECTS',
])

/**
 * What is wrong with a page that costs us too much. It is not fetched again, for that would cost as much again;
 * it counts to the breaker, so that a server which sends nothing else is left alone.
 */
const COSTLY_PAGES: ReadonlySet<string> = new Set([
  'BODY_TOO_LARGE',
  'TOO_HEAVY',
  'TOO_MANY_RECORDS',
  'TOO_SLOW',
])

/** It is read just so when it is sent again, and says nothing of the server's health. */
function isMismatch(error: unknown): boolean {
  return error instanceof PageInvalidError && error.code === 'SCHEMA_MISMATCH'
}

/** A connection that the server had closed already, idle as it was: nothing is known of the server's health. */
export function isStaleConnection(error: unknown): boolean {
  return error instanceof TransportError && error.isStale
}

/** Code of the pipeline failed, which is no fault of the server either. */
function isOfHook(error: unknown): boolean {
  return error instanceof PageInvalidError && error.code === 'HOOK_FAILED'
}

/** Whether another try may bring the page. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.action !== 'fail'
  if (error instanceof TransportError) return !LASTING_TRANSPORT_ERRORS.has(error.code)
  if (error instanceof PageInvalidError) return !isMismatch(error) && !COSTLY_PAGES.has(error.code)
  if (error instanceof AuthError) return !error.isFinal
  return error instanceof TimeoutError
}

/**
 * What an attempt tells the breaker about the remote's health. A server that asks for less, is not ready yet
 * (202), or refuses this one request, works; an interruption of ours says nothing.
 */
export function verdictOn(outcome: Outcome<unknown>, context: Context): Verdict {
  if (outcome.ok) return 'success'
  const { error } = outcome
  if (context.aborted || isStaleConnection(error) || isMismatch(error) || isOfHook(error)) return 'ignore'
  if (error instanceof HttpStatusError) return error.isFailure ? 'failure' : 'ignore'
  return error instanceof PageInvalidError || isWorthRetrying(error) ? 'failure' : 'ignore'
}
