import type { Clock } from 'async-patterns'
import type { Secrets } from '../../secrets/index.js'
import { AuthError } from './auth-error.js'

/** A credential that a service gave for some time. */
export interface MintedToken {
  readonly value: string
  /** Epoch milliseconds; it is renewed in time before. Default: it does not expire. */
  readonly expiresAt?: number | undefined
}

/** Where minted tokens are kept, so that all who need one share it. */
export interface Tokens {
  /**
   * The token of this name. It is minted once, however many ask at once, when there is none, when it is about
   * to expire, or when it is `refused`, the one that a server has refused. Rejects with what `mint` rejects
   * with. The next who asks tries again, but not before the `retryAt` of an AuthError: until then all who ask
   * are told that error.
   */
  token(name: string, mint: () => Promise<MintedToken>, refused?: string): Promise<string>
}

/** Whatever token is given becomes a secret at once, wherever it was minted. */
export function learningTokens(tokens: Tokens, secrets: Secrets): Tokens {
  return {
    async token(name, mint, refused) {
      const token = await tokens.token(name, mint, refused)
      secrets.add(token)
      return token
    },
  }
}

/**
 * A token is renewed so long before it expires: a request takes time, and clocks differ. One that lives a short
 * time is used for most of it all the same.
 */
const EARLY_MS = 30_000
const EARLY_SHARE = 0.2

interface KnownToken {
  readonly value: string
  readonly renewAt: number
}

/** Tokens of one process. */
export class MemoryTokens implements Tokens {
  readonly #clock: Clock
  readonly #tokens = new Map<string, KnownToken>()
  readonly #minting = new Map<string, Promise<string>>()
  readonly #failures = new Map<string, AuthError>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async token(name: string, mint: () => Promise<MintedToken>, refused?: string): Promise<string> {
    const known = this.#tokens.get(name)
    const now = this.#clock.wallNow()
    if (known !== undefined && known.value !== refused && now < known.renewAt) return known.value
    // Where it cannot be renewed now, nobody need try the old one again.
    this.#tokens.delete(name)
    const failure = this.#failures.get(name)
    if (failure !== undefined && now < failure.retryAt) throw failure
    let minting = this.#minting.get(name)
    if (minting === undefined) {
      minting = this.#mint(name, mint)
      this.#minting.set(name, minting)
    }
    return await minting
  }

  async #mint(name: string, mint: () => Promise<MintedToken>): Promise<string> {
    try {
      // A mint that throws at once fails no earlier than it is known.
      await Promise.resolve()
      const { value, expiresAt = Infinity } = await mint()
      this.#tokens.set(name, { value, renewAt: this.#renewAt(expiresAt) })
      this.#failures.delete(name)
      return value
    } catch (error) {
      if (error instanceof AuthError) this.#failures.set(name, error)
      throw error
    } finally {
      this.#minting.delete(name)
    }
  }

  #renewAt(expiresAt: number): number {
    const leftMs = expiresAt - this.#clock.wallNow()
    return expiresAt - Math.min(EARLY_MS, EARLY_SHARE * Math.max(0, leftMs === Infinity ? 0 : leftMs))
  }
}
