import { Timeout } from 'async-patterns'
import { printable, publicUrl } from '../../../display/index.js'
import type { TransportRequest, TransportResponse } from '../../../engines/index.js'
import { wishOf } from '../../../engines/index.js'
import { isWorthRetrying } from '../attempt-verdict.js'
import { AuthError } from './auth-error.js'
import type { AuthorizerParts } from './authorizer.js'

/** It is bound to no page: whoever waits for the token may give up, and the next finds it still on its way. */
const TIMEOUT_MS = 30_000
const LARGEST_REPLY = 1024 * 1024
const LONGEST_DETAIL = 300

/** Client errors that say "later" and not "never". */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429])

/**
 * The answer to a request for a token. Redirects are not followed: what it carries is for one place.
 * @throws AuthError (rejects) with what the endpoint says is wrong, without secrets.
 */
export async function askForToken(
  request: TransportRequest,
  { transport, secrets, clock }: Pick<AuthorizerParts, 'transport' | 'secrets' | 'clock'>,
): Promise<TransportResponse> {
  const endpoint = `the token endpoint ${publicUrl(request.url)}`
  const explained = (what: string): string => secrets.redactWhole(printable(`${endpoint} ${what}`))
  const timeout = new Timeout({ timeoutMs: TIMEOUT_MS, clock })
  let response: TransportResponse
  try {
    const bounded = { ...request, maxBodyBytes: LARGEST_REPLY }
    response = await timeout.execute(context => transport.send(bounded, context))
  } catch (cause) {
    const message = explained(`did not answer: ${cause instanceof Error ? cause.message : String(cause)}`)
    throw new AuthError(message, { cause, ...(!isWorthRetrying(cause) && { retryAt: Infinity }) })
  }
  const { statusCode, headers } = response
  if (statusCode >= 200 && statusCode < 300) return response
  const isPassing = statusCode >= 500 || PASSING.has(statusCode)
  const wish = wishOf(statusCode, headers, clock.wallNow())
  const detail = toldError(replyOf(response))
  throw new AuthError(explained(`answered ${statusCode}${detail === '' ? '' : ` ${detail}`}`), {
    retryAt: isPassing ? clock.wallNow() + (wish?.waitMs ?? 0) : Infinity,
  })
}

/** The body's JSON; undefined where it is none. */
export function replyOf({ body }: Pick<TransportResponse, 'body'>): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    return undefined
  }
}

/** What an answer says is wrong: `invalid_grant: Token has been revoked` (RFC 6749, 5.2), or as others say it. */
export function toldError(reply: unknown): string {
  if (typeof reply !== 'object' || reply === null) return ''
  const { error, error_description: description, message } = reply as Record<string, unknown>
  if (typeof error === 'object' && error !== null)
    return toldError({ error_description: description, ...error })
  const parts = [error, description, message].filter(part => typeof part === 'string' && part !== '')
  return [...new Set(parts)].join(': ').slice(0, LONGEST_DETAIL)
}
