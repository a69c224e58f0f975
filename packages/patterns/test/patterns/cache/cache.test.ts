import { Cache, Deferred } from 'async-patterns'
import type { CacheOptions, Context } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

function setUp<V = string>(options: CacheOptions<string, V> = {}) {
  const clock = new ManualClock()
  return { clock, cache: new Cache<string, V>({ clock, ...options }) }
}

/** A load whose every call ends when the test says so. */
function byHand() {
  const calls: Deferred<string>[] = []
  const contexts: Context[] = []
  const load = (_key: string, context: Context): Promise<string> => {
    const call = new Deferred<string>()
    calls.push(call)
    contexts.push(context)
    return call.promise
  }
  return { calls, contexts, load }
}

const failing = () => Promise.reject(new Error('down'))

describe('get, set, delete', () => {
  test('gives a value until its age reaches ttlMs', async () => {
    const { clock, cache } = setUp({ ttlMs: 100 })
    cache.set('a', 'one')
    await clock.advance(99)
    expect([cache.get('a'), cache.has('a')]).toEqual(['one', true])
    await clock.advance(1)
    expect([cache.get('a'), cache.has('a'), cache.size]).toEqual([undefined, false, 0])
  })

  test('an entry may have a ttl of its own', async () => {
    const { clock, cache } = setUp({ ttlMs: 100 })
    cache.set('short', 'x', { ttlMs: 10 })
    cache.set('long', 'x', { ttlMs: Infinity })
    await clock.advance(1e9)
    expect([cache.get('short'), cache.get('long')]).toEqual([undefined, 'x'])
    expect(() => cache.set('a', 'x', { ttlMs: -1 })).toThrow('set.ttlMs is -1')
  })

  test('the wall clock plays no part', () => {
    const { clock, cache } = setUp({ ttlMs: 100 })
    cache.set('a', 'one')
    clock.jumpWall(1e9)
    expect(cache.get('a')).toBe('one')
  })

  test('sets no timer', () => {
    const { clock, cache } = setUp()
    cache.set('a', 'one')
    expect(clock.pendingTimers).toBe(0)
  })

  test('keeps undefined and null as values', async () => {
    const { cache } = setUp<string | undefined>()
    let loads = 0
    const load = () => {
      loads += 1
      return undefined
    }
    await cache.getOrLoad('a', load)
    await cache.getOrLoad('a', load)
    expect([loads, cache.has('a')]).toEqual([1, true])
  })

  test('delete and clear say and do what they should', () => {
    const { cache } = setUp()
    cache.set('a', 'one')
    cache.set('b', 'two')
    expect([cache.delete('a'), cache.delete('a')]).toEqual([true, false])
    cache.clear()
    expect(cache.size).toBe(0)
    cache.set('c', 'three')
    expect(cache.get('c')).toBe('three')
  })
})

describe('bounds', () => {
  test('the least recently used go first; get and getOrLoad are uses, has is none', async () => {
    const { cache } = setUp({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c']) cache.set(key, key)
    cache.get('a')
    await cache.getOrLoad('b', failing)
    cache.has('c')
    const evicted: string[] = []
    cache.subscribe(event => {
      if (event.type === 'evict') evicted.push(event.key)
    })
    cache.set('d', 'd')
    cache.set('e', 'e')
    expect(evicted).toEqual(['c', 'a'])
    expect(cache.metrics()).toMatchObject({ entries: 3, evictions: 2 })
  })

  test('bytes are bounded too; what is larger than all of it is not kept, nor what it replaces', () => {
    const { cache } = setUp({ maxBytes: 10, sizeOf: value => value.length })
    cache.set('a', '12345')
    cache.set('b', '12345')
    expect(cache.metrics().bytes).toBe(10)
    cache.set('c', '1')
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, '12345'])
    cache.set('b', 'x'.repeat(11))
    expect(cache.get('b')).toBeUndefined()
    expect(cache.metrics()).toMatchObject({ entries: 1, bytes: 1 })
  })

  test('replacing counts the bytes once', () => {
    const { cache } = setUp({ maxBytes: 10, sizeOf: value => value.length })
    for (let i = 0; i < 5; i += 1) cache.set('a', '12345678')
    expect(cache.metrics()).toMatchObject({ entries: 1, bytes: 8, evictions: 0 })
  })

  test('refuses options out of range', () => {
    expect(() => new Cache({ maxBytes: 10 })).toThrow('Cache.sizeOf is undefined')
    expect(() => new Cache({ maxEntries: 0 })).toThrow(RangeError)
    expect(() => new Cache({ ttlMs: Number.NaN })).toThrow(TypeError)
    const { cache } = setUp({ maxBytes: 10, sizeOf: () => Number.NaN })
    expect(() => cache.set('a', 'x')).toThrow(TypeError)
  })
})

describe('P-C1 single flight', () => {
  test('P-C1 1,000 concurrent misses load once', async () => {
    const { cache } = setUp()
    const { calls, load } = byHand()
    const all = Array.from({ length: 1000 }, () => cache.getOrLoad('a', load))
    expect(cache.metrics()).toMatchObject({ loading: 1, misses: 1000 })
    calls[0]?.resolve('one')
    expect(new Set(await Promise.all(all))).toEqual(new Set(['one']))
    expect(calls).toHaveLength(1)
    expect(await cache.getOrLoad('a', load)).toBe('one')
    expect(cache.metrics()).toMatchObject({ loading: 0, hits: 1 })
  })

  test("P-C1 one caller's abort does not fail the others", async () => {
    const { cache } = setUp()
    const { calls, contexts, load } = byHand()
    const impatient = new AbortController()
    const first = cache.getOrLoad('a', load, { signal: impatient.signal })
    const second = cache.getOrLoad('a', load, { signal: new AbortController().signal })
    const third = cache.getOrLoad('a', load)
    impatient.abort('enough')
    await expect(first).rejects.toBe('enough')
    expect(contexts[0]?.aborted).toBe(false)
    calls[0]?.resolve('one')
    expect([await second, await third]).toEqual(['one', 'one'])
  })

  test('P-C1 a load that nobody waits for any more is aborted, and the next caller begins another', async () => {
    const { cache } = setUp()
    const { calls, contexts, load } = byHand()
    const controller = new AbortController()
    const both = [1, 2].map(() => cache.getOrLoad('a', load, { signal: controller.signal }))
    controller.abort('enough')
    for (const one of both) await expect(one).rejects.toBe('enough')
    expect(contexts[0]?.signal.reason).toBe('enough')
    const next = cache.getOrLoad('a', load)
    calls[0]?.reject(new Error('aborted'))
    calls[1]?.resolve('two')
    expect(await next).toBe('two')
    expect(cache.get('a')).toBe('two')
  })

  test('an aborted caller gets nothing and loads nothing', async () => {
    const { cache } = setUp()
    const { calls, load } = byHand()
    cache.set('b', 'two')
    await expect(cache.getOrLoad('a', load, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
    await expect(cache.getOrLoad('b', load, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
    expect(calls).toHaveLength(0)
  })

  test('P-C1 an old rejection does not delete a newer entry', async () => {
    const { cache } = setUp()
    const { calls, load } = byHand()
    const old = cache.getOrLoad('a', load)
    cache.set('a', 'newer')
    calls[0]?.reject(new Error('late'))
    expect(await old).toBe('newer')
    expect(cache.get('a')).toBe('newer')
  })

  test('P-C1 a load that a set, delete or clear has overtaken is not kept', async () => {
    const { cache } = setUp()
    const { calls, load } = byHand()
    const old = [cache.getOrLoad('a', load), cache.getOrLoad('b', load)]
    cache.set('a', 'newer')
    cache.delete('b')
    old.push(cache.getOrLoad('c', load))
    cache.clear()
    cache.set('a', 'newest')
    for (const call of calls) call.resolve('old')
    expect(await Promise.all(old)).toEqual(['old', 'old', 'old'])
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['newest', undefined, undefined])
  })

  test('P-C1 eviction while loading: the load ends well and its value is kept', async () => {
    const { clock, cache } = setUp({ maxEntries: 1, ttlMs: 10, staleWhileRevalidateMs: 100 })
    const { calls, load } = byHand()
    cache.set('a', 'old')
    await clock.advance(10)
    expect(await cache.getOrLoad('a', load)).toBe('old')
    cache.set('b', 'other')
    expect(cache.size).toBe(1)
    calls[0]?.resolve('new')
    await clock.flush()
    expect(cache.get('a')).toBe('new')
    expect(cache.size).toBe(1)
  })

  test('a failure reaches all callers as it is, and is not kept', async () => {
    const { cache } = setUp()
    const { calls, load } = byHand()
    const error = new Error('down')
    const all = [cache.getOrLoad('a', load), cache.getOrLoad('a', load)]
    calls[0]?.reject(error)
    for (const one of all) await expect(one).rejects.toBe(error)
    const next = cache.getOrLoad('a', load)
    calls[1]?.resolve('one')
    expect(await next).toBe('one')
  })

  test('a load that throws at once rejects and leaves nothing behind', async () => {
    const { cache } = setUp()
    const load = () => {
      throw new Error('at once')
    }
    await expect(cache.getOrLoad('a', load)).rejects.toThrow('at once')
    expect(cache.metrics()).toMatchObject({ loading: 0, loadFailures: 1 })
  })

  test('P-R8 a late rejection that nobody waits for is no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const { clock, cache } = setUp({ ttlMs: 10, staleWhileRevalidateMs: 100 })
    const { calls, load } = byHand()
    const controller = new AbortController()
    const given = cache.getOrLoad('a', load, { signal: controller.signal })
    controller.abort('enough')
    await expect(given).rejects.toBe('enough')
    calls[0]?.reject(new Error('late'))
    cache.set('b', 'old')
    await clock.advance(10)
    await cache.getOrLoad('b', failing)
    await clock.flush()
    await clock.flush()
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })
})

describe('stale values', () => {
  test('are given out while one load refreshes them', async () => {
    const { clock, cache } = setUp({ ttlMs: 100, staleWhileRevalidateMs: 50 })
    const { calls, load } = byHand()
    cache.set('a', 'old')
    await clock.advance(149)
    expect(await Promise.all([cache.getOrLoad('a', load), cache.getOrLoad('a', load)])).toEqual([
      'old',
      'old',
    ])
    expect(calls).toHaveLength(1)
    expect(cache.get('a')).toBeUndefined()
    calls[0]?.resolve('new')
    await clock.flush()
    expect(cache.get('a')).toBe('new')
    expect(cache.metrics()).toMatchObject({ staleHits: 2, loading: 0 })
  })

  test('are waited for once they are too old', async () => {
    const { clock, cache } = setUp({ ttlMs: 100, staleWhileRevalidateMs: 50 })
    cache.set('a', 'old')
    await clock.advance(150)
    expect(await cache.getOrLoad('a', () => 'new')).toBe('new')
  })

  test('an abort of all callers does not end a refresh', async () => {
    const { clock, cache } = setUp({ ttlMs: 100, staleWhileRevalidateMs: 50 })
    const { calls, contexts, load } = byHand()
    cache.set('a', 'old')
    await clock.advance(149)
    await cache.getOrLoad('a', load)
    await clock.advance(1)
    const controller = new AbortController()
    const joined = cache.getOrLoad('a', load, { signal: controller.signal })
    controller.abort('enough')
    await expect(joined).rejects.toBe('enough')
    expect(contexts[0]?.aborted).toBe(false)
    calls[0]?.resolve('new')
    await clock.flush()
    expect(cache.get('a')).toBe('new')
  })

  test('stand in for a load that failed, for staleIfErrorMs and no longer', async () => {
    const { clock, cache } = setUp({ ttlMs: 100, staleIfErrorMs: 1000 })
    const stale: boolean[] = []
    cache.subscribe(event => {
      if (event.type === 'load-failure') stale.push(event.servedStale)
    })
    cache.set('a', 'old')
    await clock.advance(1099)
    expect(await cache.getOrLoad('a', failing)).toBe('old')
    await clock.advance(1)
    await expect(cache.getOrLoad('a', failing)).rejects.toThrow('down')
    expect(stale).toEqual([true, false])
    expect(cache.size).toBe(0)
  })

  test.each<[string, (cache: Cache<string, string>) => void]>([
    ['delete', cache => void cache.delete('a')],
    ['clear', cache => cache.clear()],
    ['set', cache => cache.set('a', 'newer')],
  ])(
    'a refresh whose load calls %s at once leaves no ghost that eviction waits for',
    async (_name, change) => {
      const { clock, cache } = setUp({ ttlMs: 10, maxEntries: 2, staleWhileRevalidateMs: 1000 })
      cache.set('a', 'old')
      cache.set('b', 'old')
      await clock.advance(20)
      const load = () => {
        change(cache)
        return new Promise<never>(() => undefined)
      }
      expect(await cache.getOrLoad('a', load)).toBe('old')
      for (const key of ['c', 'd', 'e']) {
        cache.set(key, 'new')
        expect(cache.size).toBeLessThanOrEqual(2)
      }
      expect(['c', 'd', 'e'].filter(key => cache.has(key))).toEqual(['d', 'e'])
    },
  )
})
