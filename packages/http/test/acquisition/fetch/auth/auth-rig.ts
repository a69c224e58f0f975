import { ManualClock } from 'async-patterns/testing'
import type {
  AuthConfig,
  Authorizer,
  AuthorizerParts,
  KeptCredentials,
} from '../../../../src/acquisition/fetch/index.js'
import { authorizerOf, learningTokens, MemoryTokens } from '../../../../src/acquisition/fetch/index.js'
import { Secrets } from '../../../../src/acquisition/secrets/index.js'
import type { TransportRequest, TransportResponse } from '../../../../src/engines/index.js'
import { UndiciTransport } from '../../../../src/engines/index.js'
import { load, minimal } from '../../configuration/config-rig.js'

/** As a pipeline file has it, with the defaults of its kind. */
export function authOf(auth: object): AuthConfig {
  const { config } = load(`${minimal}    auth: ${JSON.stringify(auth)}\n`)
  return config.streams[0]?.auth as AuthConfig
}

/** What keeps nothing beyond the test. */
export function keptInMemory(): KeptCredentials & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>()
  return {
    entries,
    get: name => entries.get(name),
    check: () => undefined,
    set: (name, credential) => void entries.set(name, credential),
  }
}

/** All that an authorizer needs, in a time of its own, and a client that goes by it. */
export class AuthRig implements AsyncDisposable {
  readonly clock = new ManualClock()
  readonly secrets = new Secrets()
  readonly transport = new UndiciTransport({ timeoutMs: Infinity })
  readonly kept = keptInMemory()
  readonly parts: AuthorizerParts

  constructor(baseUrl: string, parts: Partial<AuthorizerParts> = {}) {
    const { clock, secrets, transport, kept } = this
    const tokens = learningTokens(new MemoryTokens(clock), secrets)
    this.parts = { stream: 's', source: 's', baseUrl, tokens, kept, transport, secrets, clock, ...parts }
  }

  authorizer(auth: object): Authorizer {
    return authorizerOf(authOf(auth), this.parts)
  }

  /** Sends as the fetcher does: once more where the credentials were renewed. */
  async get(authorizer: Authorizer, path = '/items'): Promise<TransportResponse> {
    const request: TransportRequest = { url: `${this.parts.baseUrl}${path}` }
    for (let attempt = 1; ; attempt += 1) {
      const sent = await authorizer.authorize(request, {})
      const response = await this.transport.send(sent)
      if (response.statusCode !== 401) {
        authorizer.accepted?.(sent)
        return response
      }
      if (attempt > 1 || (await authorizer.refused?.(sent, response, {})) !== 'again') return response
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.close()
  }
}
