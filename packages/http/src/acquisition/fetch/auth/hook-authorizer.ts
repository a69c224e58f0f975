import { Timeout, TimeoutError } from 'async-patterns'
import type { Clock, Within } from 'async-patterns'
import type { TransportRequest } from '../../../engines/index.js'
import { answerOf, hookFailure, inTime } from '../../records/index.js'
import type { Secrets } from '../../secrets/index.js'
import type { Authorizer, OutgoingRequest } from './authorizer.js'
import type { Authorization } from './checked-authorization.js'
import { checkedAuthorization, withAuthorization } from './checked-authorization.js'

/** A request as it is about to depart, with what `auth` has put into it. */
export interface HookRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Empty where there is none. */
  readonly body: Uint8Array
}

/** What an authorize hook knows. */
export interface AuthorizeContext {
  /** Full name of the stream. */
  readonly stream: string
  /** The API that it belongs to. */
  readonly source: string
  /**
   * From 0; it rises when the server refuses (401) what the hook gave for the number before: 50 requests that are
   * refused at once are one rise. Keep by it what is minted.
   */
  readonly renewal: number
  /** Aborted when the request is not waited for any longer. */
  readonly signal: AbortSignal
  /** Takes a credential that lives longer than one request out of all that is stored and shown; it gives it back. */
  readonly secret: (text: string) => string
}

/** Says what is to be added to a request; undefined for nothing. */
export type AuthorizeHook = (
  request: HookRequest,
  context: AuthorizeContext,
) => Authorization | undefined | PromiseLike<Authorization | undefined>

/** What a HookAuthorizer is for. */
export interface HookAuthorizerParts {
  readonly hook: AuthorizeHook
  readonly stream: string
  readonly source: string
  /** Of the whole request, its authorization included. */
  readonly timeoutMs: number
  readonly secrets: Secrets
  readonly clock: Clock
}

/** Authorizes by code of the pipeline, after another authorizer. */
export class HookAuthorizer implements Authorizer {
  readonly #inner: Authorizer
  readonly #parts: HookAuthorizerParts
  readonly #timeout: Timeout
  /** By what was sent, the renewal for which the hook was asked. */
  readonly #renewals = new WeakMap<OutgoingRequest, number>()
  #renewal = 0

  constructor(inner: Authorizer, parts: HookAuthorizerParts) {
    const { timeoutMs, clock } = parts
    this.#inner = inner
    this.#parts = parts
    // A moment before the request's own time is over, so that the error names the hook.
    this.#timeout = new Timeout({ timeoutMs: Math.max(1, timeoutMs - 1), clock })
  }

  async authorize(request: TransportRequest, within: Within): Promise<OutgoingRequest> {
    const inner = await this.#inner.authorize(request, within)
    const renewal = this.#renewal
    const sent = withAuthorization(inner, await this.#ask(inner, renewal, within))
    this.#renewals.set(sent, renewal)
    return sent
  }

  accepted(sent: OutgoingRequest): void {
    this.#inner.accepted?.(sent)
  }

  /** What was refused may be right when it is signed anew. */
  async refused(...refusal: Parameters<NonNullable<Authorizer['refused']>>): Promise<'again'> {
    const [sent] = refusal
    await this.#inner.refused?.(...refusal)
    if (this.#renewals.get(sent) === this.#renewal) this.#renewal += 1
    return 'again'
  }

  async #ask(request: OutgoingRequest, renewal: number, within: Within): Promise<Authorization> {
    const { hook, stream, source, secrets } = this.#parts
    const secret = (text: string): string => {
      secrets.add(text)
      return text
    }
    const asked = (signal: AbortSignal) =>
      answerOf('authorize', stream, () =>
        hook(hookRequest(request), { stream, source, renewal, signal, secret }),
      )
    try {
      const answer = await inTime(this.#timeout, context => asked(context.signal), within)
      return checkedAuthorization(answer, request.url, stream)
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error
      throw hookFailure('authorize', stream, `has not answered within ${this.#timeout.timeoutMs} ms`, error)
    }
  }
}

const UTF8 = new TextEncoder()

function hookRequest({ method = 'GET', url, headers = {}, body }: OutgoingRequest): HookRequest {
  const bytes = typeof body === 'string' ? UTF8.encode(body) : (body ?? new Uint8Array())
  return { method, url, headers: { ...headers }, body: bytes }
}
