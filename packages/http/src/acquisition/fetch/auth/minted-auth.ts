import { hash } from 'node:crypto'
import type { TransportRequest, TransportResponse } from '../../../engines/index.js'
import type { Authorizer, OutgoingRequest } from './authorizer.js'
import type { CredentialPlace } from './credential-place.js'
import { placed } from './credential-place.js'
import type { MintedToken, Tokens } from './tokens.js'

export interface MintedAuthParts {
  /** All that ask with the same one share a token. */
  readonly name: string
  readonly place: CredentialPlace
  readonly tokens: Tokens
  readonly mint: () => Promise<MintedToken>
}

/**
 * Authorizes by a token that is minted when it is needed. One that is refused is renewed once for all who have
 * used it; when the new one is refused before any answer to it was taken, that is final: the service refuses
 * them all.
 */
export class MintedAuthorizer implements Authorizer {
  readonly #parts: MintedAuthParts
  readonly #sent = new WeakMap<OutgoingRequest, string>()
  /** The token that came in the place of a refused one. */
  #renewed: string | undefined
  #isProven = false

  constructor(parts: MintedAuthParts) {
    this.#parts = parts
  }

  async authorize(request: TransportRequest): Promise<OutgoingRequest> {
    const { name, place, tokens, mint } = this.#parts
    const token = await tokens.token(name, mint)
    const sent = placed(request, place, token)
    this.#sent.set(sent, token)
    return sent
  }

  accepted(sent: OutgoingRequest): void {
    if (this.#sent.get(sent) === this.#renewed) this.#isProven = true
  }

  async refused(sent: OutgoingRequest, _response: TransportResponse): Promise<'again' | 'final'> {
    const { name, tokens, mint } = this.#parts
    const refused = this.#sent.get(sent)
    if (refused === undefined || (refused === this.#renewed && !this.#isProven)) return 'final'
    const renewed = await tokens.token(name, mint, refused)
    if (renewed !== this.#renewed) {
      this.#renewed = renewed
      this.#isProven = false
    }
    return 'again'
  }
}

/**
 * A name for tokens that are minted in the same way: streams and sources with the same options share one, so
 * that a refresh token which may be used once is not used by two of them. It is made with the secrets among
 * the options: keep it in memory.
 */
export function tokenName(options: object, url: string): string {
  return hash('sha256', JSON.stringify([url, options]), 'base64url')
}
