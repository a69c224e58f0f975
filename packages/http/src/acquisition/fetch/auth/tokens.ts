import type { Clock } from 'async-patterns'
import type { Secrets } from '../../secrets/index.js'

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
   * with; the next who asks tries again.
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

/** A token is renewed so long before it expires: a request takes time, and clocks differ. */
const EARLY_MS = 30_000

/** Tokens of one process. */
export class MemoryTokens implements Tokens {
  readonly #clock: Clock
  readonly #tokens = new Map<string, MintedToken>()
  readonly #minting = new Map<string, Promise<MintedToken>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async token(name: string, mint: () => Promise<MintedToken>, refused?: string): Promise<string> {
    const known = this.#tokens.get(name)
    if (known !== undefined && known.value !== refused && !this.#expires(known)) return known.value
    let minting = this.#minting.get(name)
    if (minting === undefined) {
      minting = this.#mint(name, mint)
      this.#minting.set(name, minting)
    }
    return (await minting).value
  }

  async #mint(name: string, mint: () => Promise<MintedToken>): Promise<MintedToken> {
    try {
      // A mint that throws at once fails no earlier than it is known.
      await Promise.resolve()
      const token = await mint()
      this.#tokens.set(name, token)
      return token
    } finally {
      this.#minting.delete(name)
    }
  }

  #expires({ expiresAt = Infinity }: MintedToken): boolean {
    return expiresAt - EARLY_MS <= this.#clock.wallNow()
  }
}
