import { LinkedList } from '../../core/index.js'
import type { Linked } from '../../core/index.js'

/** A value with its place in the order of use. */
export class Entry<K, V> implements Linked<Entry<K, V>> {
  readonly key: K
  readonly value: V
  readonly bytes: number
  /** From then on it is stale. */
  readonly expiresAt: number
  /** `value` as a promise, made once it is asked for as one. */
  promise: Promise<V> | undefined
  previous: Entry<K, V> | undefined
  next: Entry<K, V> | undefined

  constructor(key: K, value: V, bytes: number, expiresAt: number) {
    this.key = key
    this.value = value
    this.bytes = bytes
    this.expiresAt = expiresAt
    this.promise = undefined
    this.previous = undefined
    this.next = undefined
  }
}

/** Entries by key, linked in the order of use, so that a hit costs a few pointers and no allocation. */
export class LruStore<K, V> {
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #evicted: (entry: Entry<K, V>) => void
  readonly #entries = new Map<K, Entry<K, V>>()
  /** The least recently used first. */
  readonly #byUse = new LinkedList<Entry<K, V>>()
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
    this.#byUse.moveToEnd(entry)
  }

  /** Replaces what is there under the key, and evicts the least recently used beyond the bounds. */
  put(entry: Entry<K, V>): void {
    this.delete(entry.key)
    this.#entries.set(entry.key, entry)
    this.#bytes += entry.bytes
    this.#byUse.push(entry)
    while (this.#entries.size > this.#maxEntries || this.#bytes > this.#maxBytes) {
      const oldest = this.#byUse.first as Entry<K, V>
      this.delete(oldest.key)
      this.#evicted(oldest)
    }
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined) return false
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
    this.#byUse.remove(entry)
    return true
  }

  clear(): void {
    this.#entries.clear()
    this.#byUse.clear()
    this.#bytes = 0
  }
}
