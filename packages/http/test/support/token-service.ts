import type { AskedRequest, ServiceAnswer, ServiceHandler, WebService } from './web-service.js'
import { startService } from './web-service.js'

/** How the token endpoint behaves; each may be changed while it runs. */
export interface TokenBehaviour {
  /** What `expires_in` says; left out where undefined. */
  expiresIn?: number | undefined
  /** Each use of a refresh token gives another, and uses it up. */
  rotates: boolean
  /** Answers in place of tokens, one after another. */
  readonly failures: (ServiceAnswer | 'never')[]
  /** Whether the client is who it says. */
  isClient: (request: AskedRequest) => boolean
  /** Whether tokens are good for nothing. */
  refusesAll: boolean
  /** How the API answers a request whose token is good. */
  items: ServiceHandler
  /** Further keys of a reply. */
  readonly extra: Record<string, unknown>
}

/** A service whose tokens come from `/token`, and whose `/items` asks for one. */
export interface TokenService extends WebService, TokenBehaviour {
  /** The only token that is good: the one given last. */
  readonly accessToken: string
  /** The only refresh token that is good. */
  refreshToken: string
  /** From now on the token is refused. */
  revoke(): void
}

export async function startTokenService(behaviour: Partial<TokenBehaviour> = {}): Promise<TokenService> {
  let minted = 0
  let isRevoked = false
  const accessToken = (): string => `access-${minted}-0123456789`
  const token = (request: AskedRequest): ServiceAnswer | 'never' => {
    const failure = service.failures.shift()
    if (failure !== undefined) return failure
    if (!service.isClient(request)) return { status: 401, body: { error: 'invalid_client' } }
    const used = request.form.get('refresh_token')
    if (request.form.get('grant_type') === 'refresh_token' && used !== service.refreshToken)
      return { status: 400, body: { error: 'invalid_grant', error_description: `${used} was used up` } }
    minted += 1
    isRevoked = false
    if (used !== null && service.rotates) service.refreshToken = `refresh-${minted}-0123456789`
    const refreshed = used === null ? {} : { refresh_token: service.refreshToken }
    const lifetime = service.expiresIn === undefined ? {} : { expires_in: service.expiresIn }
    return {
      body: {
        access_token: accessToken(),
        token_type: 'bearer',
        ...lifetime,
        ...refreshed,
        ...service.extra,
      },
    }
  }
  const isGood = ({ headers, query }: AskedRequest): boolean => {
    const sent = headers.authorization ?? `Bearer ${query.get('access_token')}`
    return sent === `Bearer ${accessToken()}` && minted > 0 && !isRevoked && !service.refusesAll
  }
  const web = await startService(request => {
    if (request.path === '/token') return token(request)
    return isGood(request)
      ? service.items(request)
      : { status: 401, body: { message: 'the token is no good' } }
  })
  const service: TokenService = {
    expiresIn: 3_600,
    rotates: false,
    failures: [],
    isClient: () => true,
    refusesAll: false,
    items: () => ({ body: [{ id: 1 }] }),
    extra: {},
    ...behaviour,
    ...web,
    refreshToken: 'refresh-0-0123456789',
    get accessToken() {
      return accessToken()
    },
    revoke: () => (isRevoked = true),
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  }
  return service
}
