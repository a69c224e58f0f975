import { checkFunction } from './option-checks.js'
import { count, optionsOf } from './options.js'

/** How many keys a PerKey remembers. */
export interface PerKeyOptions {
  /** How many keys are kept; beyond it the least recently used idle ones are dropped. Default 10,000. */
  readonly maxKeys?: number
}

const DEFAULTS = Object.freeze({ maxKeys: 10_000 })
const RULES = { maxKeys: count() }

/** One policy, or whatever else, for each key: see `perKey`. */
export class PerKey<K, P extends { readonly idle?: boolean }> {
  readonly #make: (key: K) => P
  readonly #maxKeys: number
  /** In the order of use, the least recent first. */
  readonly #entries = new Map<K, P>()

  constructor(make: (key: K) => P, options?: PerKeyOptions) {
    checkFunction('perKey.make', make)
    this.#make = make
    this.#maxKeys = optionsOf('perKey', DEFAULTS, RULES, options).maxKeys
  }

  /** How many keys are kept now. */
  get size(): number {
    return this.#entries.size
  }

  /** The key's own entry, made on first use. */
  get(key: K): P {
    const known = this.#entries.get(key)
    const entry = known ?? this.#make(key)
    if (known !== undefined) this.#entries.delete(key)
    else if (this.#entries.size >= this.#maxKeys) this.#evict()
    this.#entries.set(key, entry)
    return entry
  }

  /**
   * Drops idle entries; it looks at a few of the oldest only, so that `get` stays constant in time. A busy
   * one counts as used now: it moves on, and keeps nobody from looking at those behind it.
   */
  #evict(): void {
    let looked = 0
    for (const [key, entry] of this.#entries) {
      this.#entries.delete(key)
      if (entry.idle === false) this.#entries.set(key, entry)
      looked += 1
      if (looked === 16 || this.#entries.size < this.#maxKeys) return
    }
  }

  [Symbol.iterator](): IterableIterator<[K, P]> {
    return this.#entries[Symbol.iterator]()
  }
}

/**
 * One policy for each key: `perKey(host => compose(...), { maxKeys: 1000 }).get(host)`.
 * Only entries whose `idle` is not false are ever dropped, so no open breaker is forgotten and no permit
 * lost; while all are busy, more than `maxKeys` are kept.
 */
export function perKey<K, P extends { readonly idle?: boolean }>(
  make: (key: K) => P,
  options?: PerKeyOptions,
): PerKey<K, P> {
  return new PerKey(make, options)
}
