import { Cache, Deferred } from 'async-patterns'
import type { LoadContext } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

function setUp(options: ConstructorParameters<typeof Cache<string, number>>[0] = {}) {
  const clock = new ManualClock()
  return { clock, cache: new Cache<string, number>({ ttlMs: 1_000, clock, ...options }) }
}

describe('N-55 a loader says how long its value is fresh', () => {
  test('N-55 keepFor takes the place of ttlMs for this value', async () => {
    const { clock, cache } = setUp()
    let loads = 0
    const load = (_: string, context: LoadContext<number>) => {
      context.keepFor(50)
      return ++loads
    }
    await cache.getOrLoad('a', load)
    await clock.advance(49)
    expect(cache.get('a')).toBe(1)
    await clock.advance(1)
    expect(await cache.getOrLoad('a', load)).toBe(2)
  })

  test('N-55 the last call counts, Infinity never ends, 0 is stale at once', async () => {
    const { clock, cache } = setUp()
    await cache.getOrLoad('a', async (_, context) => {
      context.keepFor(1)
      await Promise.resolve()
      context.keepFor(Infinity)
      return 1
    })
    await cache.getOrLoad('b', (_, context) => {
      context.keepFor(0)
      return 1
    })
    expect(cache.has('b')).toBe(false)
    await clock.advance(1e9)
    expect(cache.get('a')).toBe(1)
  })

  test('N-55 what is no duration rejects, and is not kept', async () => {
    const { cache } = setUp()
    const load = (_: string, context: LoadContext<number>) => {
      context.keepFor(-1)
      return 1
    }
    await expect(cache.getOrLoad('a', load)).rejects.toThrow('Cache.keepFor.ttlMs is -1')
    expect(cache.size).toBe(0)
  })
})

describe('N-55 a loader is handed the value that is there', () => {
  test('N-55 stale, however long, or none at all', async () => {
    const { clock, cache } = setUp()
    const seen: (number | undefined)[] = []
    const load = (_: string, { known }: LoadContext<number>) => {
      seen.push(known)
      return (known ?? 0) + 1
    }
    await cache.getOrLoad('a', load)
    await clock.advance(1_000_000)
    await cache.getOrLoad('a', load)
    expect(seen).toEqual([undefined, 1])
  })

  test('N-55 also while it is refreshed behind a stale value', async () => {
    const { clock, cache } = setUp({ staleWhileRevalidateMs: 1_000 })
    cache.set('a', 7)
    await clock.advance(1_500)
    const seen: unknown[] = []
    expect(
      await cache.getOrLoad('a', (_, { known }) => {
        seen.push(known)
        return 8
      }),
    ).toBe(7)
    await clock.flush()
    expect([seen, cache.get('a')]).toEqual([[7], 8])
  })
})

describe('N-55 refresh', () => {
  test('N-55 loads however fresh the value is; what was there is given out until then', async () => {
    const { clock, cache } = setUp()
    cache.set('a', 1)
    const held = new Deferred<number>()
    const refreshed = cache.refresh('a', (_, { known }) => held.promise.then(value => value + (known ?? 0)))
    expect([cache.get('a'), await cache.getOrLoad('a', () => 9)]).toEqual([1, 1])
    held.resolve(10)
    expect([await refreshed, cache.get('a')]).toEqual([11, 11])
    await clock.advance(999)
    expect(cache.get('a')).toBe(11)
  })

  test('N-55 many at once are one load, and join one that is under way', async () => {
    const { cache } = setUp()
    let loads = 0
    const load = async () => ++loads
    expect(
      await Promise.all([cache.getOrLoad('a', load), cache.refresh('a', load), cache.refresh('a', load)]),
    ).toEqual([1, 1, 1])
    expect(await cache.refresh('a', load)).toBe(2)
  })

  test('N-55 a failure rejects, and leaves what was there; staleIfErrorMs gives that out', async () => {
    const { cache } = setUp()
    cache.set('a', 1)
    const down = () => Promise.reject(new Error('down'))
    await expect(cache.refresh('a', down)).rejects.toThrow('down')
    expect(cache.get('a')).toBe(1)
    const lenient = setUp({ staleIfErrorMs: 1 }).cache
    lenient.set('a', 1)
    expect(await lenient.refresh('a', down)).toBe(1)
  })

  test('N-55 an aborted caller, and one out of time, load nothing', async () => {
    const { cache } = setUp()
    const load = () => expect.unreachable()
    await expect(cache.refresh('a', load, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
    await expect(cache.refresh('a', load, { deadlineAt: 0 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
  })
})
