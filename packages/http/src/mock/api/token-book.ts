import { hash } from 'node:crypto'

/** How long tokens live, and whether what gives new ones may be used again. */
export interface TokenManners {
  /** In milliseconds. */
  readonly lifeMs: number
  /** A refresh token is refused once the one that was given in its place has been used. */
  readonly isSingleUse: boolean
}

/** The tokens that one set of credentials has got: which are in force, and what comes next. */
export class TokenBook {
  readonly #seed: string
  readonly #manners: TokenManners
  /** When each of them ends, in milliseconds of `performance.now()`. */
  readonly #ends = new Map<string, number>()
  readonly #first: string | undefined
  /** In force, and the one before, which is still good as long as nobody has used its successor. */
  #refreshing: readonly string[]
  #issued = 0

  constructor(seed: string, refreshToken: string | undefined, manners: TokenManners) {
    this.#seed = seed
    this.#manners = manners
    this.#first = refreshToken
    this.#refreshing = refreshToken === undefined ? [] : [refreshToken]
  }

  get expiresIn(): number {
    return Math.ceil(this.#manners.lifeMs / 1_000)
  }

  /** A new token. */
  issue(): string {
    const token = this.#made('access')
    this.#ends.set(token, performance.now() + this.#manners.lifeMs)
    return token
  }

  holds(token: string | undefined): boolean {
    return (this.#ends.get(token ?? '') ?? 0) > performance.now()
  }

  /** All tokens are refused from now on; new ones can be had. */
  revoke(): void {
    this.#ends.clear()
  }

  /** The refresh token that takes the place of this one; undefined where this one is used up. */
  refreshed(token: string | null): string | undefined {
    if (token === null || !(this.#refreshing.includes(token) || this.#isOwn(token))) return undefined
    const next = this.#made('refresh')
    this.#refreshing = [token, next]
    return next
  }

  /** One that was ever given, by an earlier mock too: a rehearsal goes on where it was. */
  #isOwn(token: string): boolean {
    return !this.#manners.isSingleUse && (token === this.#first || token.startsWith('refresh-'))
  }

  #made(kind: string): string {
    return `${kind}-${hash('sha256', `${this.#seed} ${++this.#issued} ${performance.timeOrigin}`).slice(0, 24)}`
  }
}
