import {
  abortReason,
  checkDuration,
  checkNumber,
  Events,
  isAborted,
  tooLate,
  misuse,
  checkOptions,
} from '../../core/index.js'
import type { Listener, Within } from '../../core/index.js'
import { cacheOptions } from './cache-options.js'
import type { CacheOptions, CheckedCacheOptions } from './cache-options.js'
import { SharedLoad } from './shared-load.js'
import type { LoadContext } from './shared-load.js'
import { Entry, LruStore } from './lru-store.js'
import { CoarseClock } from './coarse-clock.js'

/** Fetches what the cache does not hold. `context.signal` is aborted when all who waited have given up. */
export type CacheLoad<K, V> = (key: K, context: LoadContext<V>) => V | PromiseLike<V>

/** What a cache tells its subscribers. */
export type CacheEvent<K> =
  | { readonly type: 'evict'; readonly key: K }
  | { readonly type: 'load-failure'; readonly key: K; readonly error: unknown; readonly servedStale: boolean }

/** How a cache stands at this moment. */
export interface CacheMetrics {
  readonly entries: number
  readonly bytes: number
  readonly loading: number
  /** Since the beginning. */
  readonly hits: number
  /** Hits on a stale value that was being refreshed. */
  readonly staleHits: number
  readonly misses: number
  readonly loadFailures: number
  readonly evictions: number
}

/**
 * Values by key, kept for a time, least recently used out first. However many ask for a key that is not
 * there, it is loaded once. Whoever gives up does so alone; the load ends when nobody waits any
 * more. A `set`, `delete` or `clear` while a load is under way has the last word: that load's callers get its
 * value (or the new one, if it fails), but it is not kept. There are no timers: what is out of date goes when
 * it is asked for, or when it is the least recently used. A value that is fresh stays so until the event loop
 * turns, for reading the clock would cost as much as all the rest of a hit.
 */
export class Cache<K, V> {
  readonly #options: CheckedCacheOptions<K, V>
  readonly #clock: CoarseClock
  readonly #events = new Events<CacheEvent<K>>('cache')
  readonly #store: LruStore<K, V>
  readonly #loads = new Map<K, SharedLoad<V>>()
  /** How long after going stale a value may still be of use. */
  readonly #graceMs: number
  #hits = 0
  #staleHits = 0
  #misses = 0
  #loadFailures = 0
  #evictions = 0

  /** @throws RangeError or TypeError for an option outside its range. */
  constructor(options?: CacheOptions<K, V>) {
    this.#options = cacheOptions(options)
    this.#clock = new CoarseClock(this.#options.clock)
    const { maxEntries, maxBytes, staleWhileRevalidateMs, staleIfErrorMs } = this.#options
    this.#store = new LruStore(maxEntries, maxBytes, entry => this.#evicted(entry))
    this.#graceMs = Math.max(staleWhileRevalidateMs, staleIfErrorMs)
  }

  /** Entries kept, stale ones included. */
  get size(): number {
    return this.#store.size
  }

  /** The fresh value, or undefined. A stale one is never given out here. */
  get(key: K): V | undefined {
    const entry = this.#store.peek(key)
    if (entry === undefined || this.#staleForMs(entry) >= 0) {
      this.#misses += 1
      this.#sweep(entry)
      return undefined
    }
    this.#hits += 1
    this.#store.touch(entry)
    return entry.value
  }

  /** Whether a fresh value is there; no hit, and no use. */
  has(key: K): boolean {
    const entry = this.#store.peek(key)
    return entry !== undefined && this.#staleForMs(entry) < 0
  }

  /**
   * Keeps a value, for `ttlMs` of its own if that is given.
   * @throws RangeError when that or the value's size is out of range.
   */
  set(key: K, value: V, options?: { readonly ttlMs?: number }): void {
    checkOptions('Cache.set', options, ['ttlMs'])
    const ttlMs = options?.ttlMs ?? this.#options.ttlMs
    checkDuration('Cache.set.ttlMs', ttlMs, { orInfinity: true })
    this.#loads.delete(key)
    this.#keep(key, value, ttlMs)
  }

  /** Whether there was something to delete. A load under way is not kept. */
  delete(key: K): boolean {
    this.#loads.delete(key)
    return this.#store.delete(key)
  }

  /** Forgets all; loads under way are not kept. */
  clear(): void {
    this.#loads.clear()
    this.#store.clear()
  }

  /**
   * The fresh value, or the one that `load` gives, which is then kept. A stale value is given out while it is
   * refreshed (`staleWhileRevalidateMs`) or when the load fails (`staleIfErrorMs`). Rejects with what `load`
   * threw, with the caller's own abort reason, or with DeadlineExceededError at the caller's deadline. A
   * failure is not kept: the next caller loads again.
   */
  getOrLoad(key: K, load: CacheLoad<K, V>, within?: Within): Promise<V> {
    if (typeof load !== 'function' || within !== undefined) {
      const refused = this.#refusal('Cache.getOrLoad', load, within)
      if (refused !== undefined) return refused
    }
    const entry = this.#store.peek(key)
    if (entry === undefined) return this.#miss(key, load, within, undefined)
    const staleForMs = this.#staleForMs(entry)
    if (staleForMs >= this.#options.staleWhileRevalidateMs) {
      this.#sweep(entry)
      return this.#miss(key, load, within, entry)
    }
    // Before the load, which may delete the entry.
    this.#store.touch(entry)
    if (staleForMs < 0) this.#hits += 1
    else this.#refresh(key, load, entry)
    entry.promise ??= Promise.resolve(entry.value)
    return entry.promise
  }

  /**
   * Loads the value however fresh it is, and keeps it; what was there is given out until then. A load that is
   * under way is joined, for it is as new. Rejects as `getOrLoad` does, and a failure leaves what was there.
   */
  refresh(key: K, load: CacheLoad<K, V>, within?: Within): Promise<V> {
    const refused = this.#refusal('Cache.refresh', load, within)
    return refused ?? this.#loadOnce(key, load, this.#store.peek(key)).join(within)
  }

  /** How it stands at this moment. */
  metrics(): CacheMetrics {
    return {
      entries: this.#store.size,
      bytes: this.#store.bytes,
      loading: this.#loads.size,
      hits: this.#hits,
      staleHits: this.#staleHits,
      misses: this.#misses,
      loadFailures: this.#loadFailures,
      evictions: this.#evictions,
    }
  }

  /** Events: `evict`, `load-failure`. Dispose the result to stop. */
  subscribe(listener: Listener<CacheEvent<K>>): Disposable {
    return this.#events.subscribe(listener)
  }

  /** Why nothing is looked for, as the rejection that the caller gets. */
  #refusal(name: string, load: unknown, within: Within | undefined): Promise<never> | undefined {
    const refused = misuse(name, load, within)
    if (refused !== undefined) return refused
    if (isAborted(within)) return Promise.reject(abortReason(within))
    const error = tooLate(within, this.#options.clock)
    return error === undefined ? undefined : Promise.reject(error)
  }

  /** Negative while it is fresh. */
  #staleForMs({ expiresAt }: Entry<K, V>): number {
    return expiresAt === Infinity ? -Infinity : this.#clock.now() - expiresAt
  }

  /** Drops what is of no use to anyone any more. */
  #sweep(entry: Entry<K, V> | undefined): void {
    if (entry !== undefined && this.#staleForMs(entry) >= this.#graceMs) this.#store.delete(entry.key)
  }

  #miss(
    key: K,
    load: CacheLoad<K, V>,
    within: Within | undefined,
    known: Entry<K, V> | undefined,
  ): Promise<V> {
    this.#misses += 1
    return this.#loadOnce(key, load, known).join(within)
  }

  /** The refresh has a caller that never gives up: the cache itself. */
  #refresh(key: K, load: CacheLoad<K, V>, known: Entry<K, V>): void {
    this.#staleHits += 1
    if (!this.#loads.has(key)) void this.#loadOnce(key, load, known).join(undefined)
  }

  #loadOnce(key: K, load: CacheLoad<K, V>, known: Entry<K, V> | undefined): SharedLoad<V> {
    const underWay = this.#loads.get(key)
    if (underWay !== undefined) return underWay
    const shared: SharedLoad<V> = new SharedLoad(this.#options.clock, known?.value, () => {
      if (this.#loads.get(key) === shared) this.#loads.delete(key)
    })
    this.#loads.set(key, shared)
    shared.start(context => this.#load(key, load, context, shared, known))
    return shared
  }

  async #load(
    key: K,
    load: CacheLoad<K, V>,
    context: LoadContext<V>,
    shared: SharedLoad<V>,
    known: Entry<K, V> | undefined,
  ): Promise<V> {
    try {
      const value = await load(key, context)
      const { ttlMs } = shared
      if (this.#loads.get(key) === shared) this.set(key, value, ttlMs === undefined ? undefined : { ttlMs })
      return value
    } catch (error) {
      const stale = this.#rescue(key, known)
      if (this.#loads.get(key) === shared) this.#loads.delete(key)
      this.#failed(key, error, stale !== undefined)
      if (stale === undefined) throw error
      return stale.value
    }
  }

  /** What may stand in for a load that failed: what was set meanwhile, or what may be given out then. */
  #rescue(key: K, known: Entry<K, V> | undefined): Entry<K, V> | undefined {
    const entry = this.#store.peek(key)
    const { staleIfErrorMs } = this.#options
    if (entry === undefined || (entry === known && staleIfErrorMs === 0)) return undefined
    return this.#staleForMs(entry) < staleIfErrorMs ? entry : undefined
  }

  #failed(key: K, error: unknown, servedStale: boolean): void {
    this.#loadFailures += 1
    if (this.#events.wanted('load-failure')) {
      this.#events.emit({ type: 'load-failure', key, error, servedStale })
    }
  }

  /** What is larger than the whole cache is not kept, nor is what it would have replaced. */
  #keep(key: K, value: V, ttlMs: number): void {
    const { maxBytes, sizeOf } = this.#options
    const bytes = sizeOf(value, key)
    checkNumber('Cache.sizeOf', bytes, { min: 0 })
    if (bytes > maxBytes) this.#store.delete(key)
    else
      this.#store.put(
        new Entry(key, value, bytes, ttlMs === Infinity ? Infinity : this.#clock.read() + ttlMs),
      )
  }

  #evicted(entry: Entry<K, V>): void {
    this.#evictions += 1
    if (this.#events.wanted('evict')) this.#events.emit({ type: 'evict', key: entry.key })
  }
}
