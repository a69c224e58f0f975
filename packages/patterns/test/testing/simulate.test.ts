import {
  BreakerOpenError,
  CircuitBreaker,
  compose,
  RetryPolicy,
  SpacedLimiter,
  TokenBucketLimiter,
} from 'async-patterns'
import { lateBy, seededRandom, simulate } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

const QUARTER = 900_000

/** A shop that fails now and then, and is down for the first 30 seconds of the second half. */
function quarterOfAnHour(seed: number) {
  return simulate({ seed }, async ({ clock, random, traffic }) => {
    const log: string[] = []
    const breaker = new CircuitBreaker({ clock, failureThreshold: false, errorRateThreshold: 0.5 })
    breaker.subscribe(event => {
      if (event.type === 'transition') log.push(`${clock.now()} ${event.from} ${event.to}`)
    })
    const policy = compose(
      new RetryPolicy({ clock, random, baseDelayMs: 200 }),
      new TokenBucketLimiter({ clock, ratePerSecond: 120, burst: 50 }),
      breaker,
    )
    const shop = async (): Promise<void> => {
      await clock.sleep(5 + random() * 40)
      const isDown = clock.now() > QUARTER / 2 && clock.now() < QUARTER / 2 + 30_000
      if (isDown || random() < 0.01) throw new Error('shop')
    }
    const counts = { ok: 0, rejected: 0, failed: 0 }
    const call = async (): Promise<void> => {
      try {
        await policy.execute(shop)
        counts.ok += 1
      } catch (error) {
        counts[error instanceof BreakerOpenError ? 'rejected' : 'failed'] += 1
      }
    }
    await traffic({ ratePerSecond: 100, durationMs: QUARTER, arrivals: 'poisson' }, call)
    return { log, counts, endedAt: clock.now(), last: random() }
  })
}

describe('simulate', () => {
  test('runs a quarter of an hour of 100 calls a second against retry, limiter and breaker, bit for bit the same by seed', async () => {
    const first = await quarterOfAnHour(7)
    expect(await quarterOfAnHour(7)).toEqual(first)
    const { ok, rejected, failed } = first.counts
    expect(ok + rejected + failed).toBeGreaterThan(88_000)
    expect(ok / (ok + rejected + failed)).toBeGreaterThan(0.8)
    expect(first.log[0]).toMatch(/ closed open$/)
    expect(first.log.at(-1)).toMatch(/ half-open closed$/)
    expect(rejected).toBeGreaterThan(0)
  })

  test('runs differently for another seed', async () => {
    const run = (seed: number) =>
      simulate({ seed }, async ({ clock, random, traffic }) => {
        const ends: number[] = []
        await traffic({ ratePerSecond: 10, durationMs: 1000, arrivals: 'poisson' }, async () => {
          await clock.sleep(random() * 100)
          ends.push(clock.now())
        })
        return ends
      })
    expect(await run(1)).toEqual(await run(1))
    expect(await run(1)).not.toEqual(await run(2))
  })

  test('lets calls arrive at their moments, whether or not earlier ones are done', async () => {
    const arrivals = await simulate({}, async ({ clock, traffic }) => {
      const moments: [number, number][] = []
      await traffic({ ratePerSecond: 4, durationMs: 1000 }, index => {
        moments.push([index, clock.now()])
        return clock.sleep(10_000)
      })
      return [...moments, ['end', clock.now()]]
    })
    expect(arrivals).toEqual([
      [0, 0],
      [1, 250],
      [2, 500],
      [3, 750],
      ['end', 10_750],
    ])
  })

  test('keeps the stated rate with random arrivals', async () => {
    let count = 0
    await simulate({ seed: 3 }, ({ traffic }) =>
      traffic({ ratePerSecond: 100, durationMs: 1_000_000, arrivals: 'poisson' }, () => {
        count += 1
      }),
    )
    expect(count).toBeGreaterThan(99_000)
    expect(count).toBeLessThan(101_000)
  })

  test('fires timers late when it is told to, the same for the same seed', async () => {
    const run = () =>
      simulate({ latenessMs: lateBy(2, seededRandom(5)) }, async ({ clock }) => {
        const limiter = new SpacedLimiter({ clock, maxRequests: 5, windowMs: 1000 })
        const departures: number[] = []
        for (let i = 0; i < 20; i += 1) await limiter.execute(() => departures.push(clock.now()))
        return departures
      })
    const departures = await run()
    expect(await run()).toEqual(departures)
    for (let i = 5; i < departures.length; i += 1) {
      expect((departures[i] as number) - (departures[i - 5] as number)).toBeGreaterThanOrEqual(1000)
    }
  })

  test('rejects as the scenario does', async () => {
    const error = new Error('scenario')
    await expect(simulate({}, () => Promise.reject(error))).rejects.toBe(error)
    await expect(
      simulate({}, () => {
        throw error
      }),
    ).rejects.toBe(error)
  })

  test('rejects with the first error of a call, once all have settled', async () => {
    const ended: number[] = []
    const run = simulate({}, ({ clock, traffic }) =>
      traffic({ ratePerSecond: 2, durationMs: 2000 }, async index => {
        if (index > 1) throw new Error(`call ${index}`)
        await clock.sleep(5000)
        ended.push(index)
      }),
    )
    await expect(run).rejects.toThrow('call 2')
    expect(ended).toEqual([0, 1])
    const throwing = simulate({}, ({ traffic }) =>
      traffic({ ratePerSecond: 1, durationMs: 1 }, () => {
        throw new Error('at once')
      }),
    )
    await expect(throwing).rejects.toThrow('at once')
  })

  test('says so when the scenario waits for what can no longer happen', async () => {
    await expect(simulate({}, () => new Promise(() => undefined))).rejects.toThrow(/nothing is scheduled/)
  })

  test('names what is wrong with its options', async () => {
    const traffic = (options: { ratePerSecond: number; durationMs: number }) =>
      simulate({}, world => world.traffic(options, () => undefined))
    await expect(simulate({ seed: NaN }, () => 1)).rejects.toThrow(/simulate.seed/)
    await expect(traffic({ ratePerSecond: 0, durationMs: 1 })).rejects.toThrow(/ratePerSecond/)
    await expect(traffic({ ratePerSecond: 1, durationMs: -1 })).rejects.toThrow(/durationMs/)
    await expect(traffic({ ratePerSecond: 1, durationMs: 0 })).resolves.toBeUndefined()
  })
})
