import type { AuthConfig } from '../../acquisition/index.js'
import type { Reply } from '../reply.js'
import { statusReply } from '../reply.js'
import type { AskedRequest } from './asked-request.js'
import { Mismatch } from './asked-request.js'
import { checkFixed, credentialIn, wantedBy, withoutCredentials } from './credentials.js'
import type { Wanted } from './credentials.js'
import { LOGIN_PATH, TOKEN_PATH } from './pointed-config.js'
import type { StreamApi } from './stream-api.js'
import { TokenBook } from './token-book.js'
import type { TokenManners } from './token-book.js'
import type { Untold } from './untold.js'
import { loginReply, tokenReply } from './token-endpoint.js'

/** What a source answers, and of what. */
export interface SourceAnswer {
  readonly reply: Reply
  readonly stream: string | null
  readonly page: number | null
}

/** A stream behind its credentials. */
interface Guarded {
  readonly api: StreamApi
  readonly wanted: readonly Wanted[]
  readonly book: TokenBook
}

/** All streams of a source, and those who give out its tokens. */
export class SourceApi {
  readonly #streams: readonly Guarded[]
  readonly #auths = new Map<string, { readonly auth: AuthConfig; readonly book: TokenBook }>()
  readonly #url: () => string

  /** `url`: of the source. */
  constructor(apis: readonly StreamApi[], url: () => string, seed: number, manners: TokenManners) {
    this.#url = url
    this.#streams = apis.map(api => {
      const { auth = { type: 'none' } } = api.config
      return { api, wanted: wantedBy(auth), book: this.#bookOf(auth, seed, manners) }
    })
  }

  /** What would end its streams before their last pages. */
  async earlyEnds(): Promise<Untold[]> {
    return (await Promise.all(this.#streams.map(({ api }) => api.earlyEnds()))).flat()
  }

  /** All tokens are refused from now on. */
  revoke(): void {
    for (const { book } of this.#auths.values()) book.revoke()
  }

  /** @throws Mismatch (rejects) where the request is none that the file declares. */
  async answer(request: AskedRequest, url: URL): Promise<SourceAnswer> {
    const given = await this.#credentials(request)
    if (given !== undefined) return { reply: given, stream: null, page: null }
    const here = this.#streams.filter(({ api }) => api.isAt(request.path))
    let first: unknown = new Mismatch(`no stream has the path ${request.path}`, 404)
    for (const [index, guarded] of here.entries()) {
      try {
        return await this.#answerOf(guarded, request, url)
      } catch (error) {
        if (!(error instanceof Mismatch)) throw error
        // The first one is most probably meant.
        if (index === 0) first = error
      }
    }
    throw first
  }

  async #answerOf({ api, wanted, book }: Guarded, request: AskedRequest, url: URL): Promise<SourceAnswer> {
    const { name } = api.config
    const bare = withoutCredentials(request, wanted)
    const { reply, page } = await api.answer(bare, withoutParameters(url, wanted))
    checkFixed(request, wanted)
    const token = wanted.find(({ value }) => value === undefined)
    if (token === undefined) return { reply, stream: name, page }
    const credential = credentialIn(request, token.place)
    if (credential === undefined)
      throw new Mismatch(`there is no token in the ${token.place.in} ${token.place.name}`, 401)
    return book.holds(credential)
      ? { reply, stream: name, page }
      : { reply: statusReply(401, 'the token is not in force'), stream: name, page: null }
  }

  /** The answer of a token endpoint or a login; undefined for what is neither. */
  async #credentials(request: AskedRequest): Promise<Reply | undefined> {
    const ways = [...this.#auths.values()].filter(({ auth }) => request.path === pathOf(auth))
    let first: unknown
    for (const { auth, book } of ways) {
      try {
        if (auth.type === 'login') return loginReply(auth, request, book)
        if (auth.type === 'oauth2' || auth.type === 'jwtBearer')
          return await tokenReply(auth, request, book, this.#url() + TOKEN_PATH)
      } catch (error) {
        first ??= error
      }
    }
    if (first !== undefined) throw first
    return undefined
  }

  #bookOf(auth: AuthConfig, seed: number, manners: TokenManners): TokenBook {
    const key = JSON.stringify(auth)
    const known = this.#auths.get(key)?.book
    if (known !== undefined) return known
    const refreshToken =
      auth.type === 'oauth2' && auth.grant === 'refreshToken' ? auth.refreshToken : undefined
    const book = new TokenBook(`${seed} ${key}`, refreshToken, manners)
    this.#auths.set(key, { auth, book })
    return book
  }
}

/** Where tokens are given for it. */
function pathOf(auth: AuthConfig): string | undefined {
  if (auth.type === 'oauth2' || auth.type === 'jwtBearer') return TOKEN_PATH
  if (auth.type !== 'login') return undefined
  return auth.path === undefined ? LOGIN_PATH : `/${auth.path.replace(/^\/+/, '')}`
}

/** The page's URL as a server would tell it. */
function withoutParameters(url: URL, wanted: readonly Wanted[]): URL {
  const bare = new URL(url)
  for (const { place } of wanted) if (place.in === 'query') bare.searchParams.delete(place.name)
  return bare
}
