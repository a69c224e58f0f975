import type { Within } from 'async-patterns'
import type { TransportResponse } from '../../engines/index.js'
import type { Authorizer, OutgoingRequest } from './auth/authorizer.js'
import type { Judgement } from './response-rules.js'

/** What was sent for a page, and what came back. */
interface Refusal {
  readonly sent: OutgoingRequest
  readonly response: TransportResponse
}

/** A page, as far as its credentials are concerned. */
interface Renewable {
  /** Credentials are renewed once for a page: what refuses the new ones too will refuse all. */
  hasNewCredentials: boolean
}

/** So often credentials are renewed for nothing before a rule for 401 is taken at its word. */
const MOST_IN_VAIN = 3

/** Whether other credentials than those that were refused may help. */
export class Renewals {
  readonly #authorizer: Authorizer
  #inVain = 0

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer
  }

  async renews(page: Renewable, { sent, response }: Refusal, within: Within): Promise<boolean> {
    if (page.hasNewCredentials) return false
    page.hasNewCredentials = (await this.#authorizer.refused?.(sent, response, within)) === 'again'
    return page.hasNewCredentials
  }

  /**
   * Before a rule of the file has its way with a 401: it may be that only the token was too old, and to skip the
   * page would lose its records. Where new ones do not help either, what is refused is what is not allowed.
   */
  async renewsFirst(
    page: Renewable,
    refusal: Refusal,
    { rule }: Judgement,
    within: Within,
  ): Promise<boolean> {
    if (refusal.response.statusCode !== 401 || rule?.isOwn !== true || rule.action === 'page') return false
    if (page.hasNewCredentials) this.#inVain += 1
    return this.#inVain < MOST_IN_VAIN && (await this.renews(page, refusal, within))
  }

  /** An answer was taken; a 401 that a rule has skipped says nothing good of the credentials. */
  taken(page: Renewable, { sent, response }: Refusal): void {
    if (response.statusCode === 401) return
    this.#authorizer.accepted?.(sent)
    if (page.hasNewCredentials) this.#inVain = 0
  }
}
