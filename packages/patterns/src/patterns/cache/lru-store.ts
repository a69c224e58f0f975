/** A value with its place in the order of use. */
export class Entry<K, V> {
  readonly key: K
  readonly value: V
  readonly bytes: number
  /** From then on it is stale. */
  readonly expiresAt: number
  /** `value` as a promise, made once it is asked for as one. */
  promise: Promise<V> | undefined
  older: Entry<K, V> | undefined
  newer: Entry<K, V> | undefined

  constructor(key: K, value: V, bytes: number, expiresAt: number) {
    this.key = key
    this.value = value
    this.bytes = bytes
    this.expiresAt = expiresAt
    this.promise = undefined
    this.older = undefined
    this.newer = undefined
  }
}

/** Entries by key, linked in the order of use, so that a hit costs two pointers and no allocation. */
export class LruStore<K, V> {
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #evicted: (entry: Entry<K, V>) => void
  readonly #entries = new Map<K, Entry<K, V>>()
  #oldest: Entry<K, V> | undefined
  #newest: Entry<K, V> | undefined
  #bytes = 0

  constructor(maxEntries: number, maxBytes: number, evicted: (entry: Entry<K, V>) => void) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
    this.#evicted = evicted
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Leaves the order of use as it is. */
  peek(key: K): Entry<K, V> | undefined {
    return this.#entries.get(key)
  }

  /** Makes the entry the one used last. */
  touch(entry: Entry<K, V>): void {
    if (entry === this.#newest) return
    this.#unlink(entry)
    this.#link(entry)
  }

  /** Replaces what is there under the key, and evicts the least recently used beyond the bounds. */
  put(entry: Entry<K, V>): void {
    this.delete(entry.key)
    this.#entries.set(entry.key, entry)
    this.#bytes += entry.bytes
    this.#link(entry)
    while (this.#entries.size > this.#maxEntries || this.#bytes > this.#maxBytes) {
      const oldest = this.#oldest as Entry<K, V>
      this.delete(oldest.key)
      this.#evicted(oldest)
    }
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined) return false
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
    this.#unlink(entry)
    return true
  }

  clear(): void {
    this.#entries.clear()
    this.#oldest = undefined
    this.#newest = undefined
    this.#bytes = 0
  }

  #link(entry: Entry<K, V>): void {
    entry.older = this.#newest
    entry.newer = undefined
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  #unlink(entry: Entry<K, V>): void {
    if (entry.older === undefined) this.#oldest = entry.newer
    else entry.older.newer = entry.newer
    if (entry.newer === undefined) this.#newest = entry.older
    else entry.newer.older = entry.older
  }
}
