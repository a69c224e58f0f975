import { parseDuration } from 'async-patterns'
import { publicUrl } from '../../../display/index.js'
import type { TransportResponse } from '../../../engines/index.js'
import { compilePath } from '../../references/index.js'
import { AuthError } from './auth-error.js'
import { replyOf, toldError } from './token-request.js'
import type { MintedToken } from './tokens.js'

/** Where a reply has its token, and how long that lives. */
export interface TokenReply {
  readonly tokenPath: string
  readonly expiresInPath?: string | undefined
  /** For how long a token is used whose reply does not say. Default: until it is refused. */
  readonly validFor?: string | undefined
}

/** What a server takes for a moment is no number of seconds from now on: that would be beyond 31 years. */
const FIRST_EPOCH_SECONDS = 1e9
const FIRST_EPOCH_MILLIS = 1e11

/**
 * The token of a reply.
 * @throws AuthError where there is none: a later try may help if the reply is no JSON.
 */
export function mintedOf(
  response: TransportResponse,
  { tokenPath, expiresInPath, validFor }: TokenReply,
  now: number,
): MintedToken {
  const reply = replyOf(response)
  const token = compilePath(tokenPath)(reply)
  const value = typeof token === 'number' ? String(token) : token
  if (typeof value !== 'string' || value === '') throw withoutToken(response.url, reply, tokenPath)
  const told = expiresInPath === undefined ? undefined : compilePath(expiresInPath)(reply)
  return { value, expiresAt: momentOf(told, now) ?? endOf(validFor, now) }
}

/** When what was given now is not to be used any more. */
export function endOf(validFor: string | undefined, now: number): number | undefined {
  return validFor === undefined ? undefined : now + parseDuration('validFor', validFor)
}

function withoutToken(url: string, reply: unknown, tokenPath: string): AuthError {
  const endpoint = `the token endpoint ${publicUrl(url)}`
  if (reply === undefined) return new AuthError(`${endpoint} answered what is no JSON`)
  const told = toldError(reply)
  const message = `${endpoint} answered without a token at ${tokenPath}${told === '' ? '' : `: ${told}`}`
  return new AuthError(message, { retryAt: Infinity })
}

/** Seconds from now on, or a moment: a date, or seconds or milliseconds since 1970. 0 says nothing. */
function momentOf(told: unknown, now: number): number | undefined {
  const number = typeof told === 'string' && told.trim() !== '' ? Number(told) : told
  if (typeof number !== 'number' || number === 0) return undefined
  if (Number.isNaN(number)) return dateOf(told)
  if (number >= FIRST_EPOCH_MILLIS) return number
  return number >= FIRST_EPOCH_SECONDS ? number * 1_000 : now + number * 1_000
}

function dateOf(told: unknown): number | undefined {
  const moment = Date.parse(String(told))
  return Number.isNaN(moment) ? undefined : moment
}
