import { retryErrors, systemClock } from 'async-patterns'
import type { Outcome, RetryVerdict, Verdict } from 'async-patterns'
import { wishOf } from './server-wish.js'
import type { TransportResponse } from './transport.js'

/** Errors of a transport after which another attempt can do no better. */
const FINAL_CODES: ReadonlySet<unknown> = new Set([
  'ADDRESS_REFUSED',
  'BAD_REQUEST',
  'BODY_TOO_LARGE',
  'ORIGIN_REFUSED',
  'REDIRECT_REFUSED',
])

/** Statuses that may pass: request timeout, too early, too many requests, and the server's own troubles. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

/**
 * What a response says about the server's health, for a breaker's `classify`: 5xx and errors are failures,
 * 429 is neither (it asks for less, not for none), and every other status is a success. An abort says
 * nothing.
 */
export function classifyResponse(
  outcome: Outcome<TransportResponse>,
  context: { readonly aborted: boolean },
): Verdict {
  if (!outcome.ok) return context.aborted || codeOf(outcome.error) === 'CLOSED' ? 'ignore' : 'failure'
  if (outcome.value.statusCode === 429) return 'ignore'
  return outcome.value.statusCode >= 500 ? 'failure' : 'success'
}

/**
 * Which responses are worth another attempt, for a retry's `retryWhen`: 408, 425, 429, 500, 502, 503, 504,
 * and errors but those that another attempt cannot mend. What the server wishes sets the delay (`wishOf`); a
 * wish that cannot be meant does not.
 */
export function retryResponse(outcome: Outcome<TransportResponse>): RetryVerdict {
  if (!outcome.ok) return retryErrors(outcome) && !FINAL_CODES.has(codeOf(outcome.error))
  if (!PASSING.has(outcome.value.statusCode)) return false
  const { statusCode, headers } = outcome.value
  const wish = wishOf(statusCode, headers, systemClock.wallNow())
  return { delayMs: wish?.isPlausible === true ? wish.waitMs : undefined }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code
}
