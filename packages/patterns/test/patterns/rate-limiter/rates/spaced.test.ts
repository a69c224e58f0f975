import { RateLimitedError, SpacedLimiter, seededRandom } from 'async-patterns'
import { lateBy, ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { worstWindow } from '../worst-window.js'

function setUp(maxRequests = 5, windowMs = 1000) {
  const clock = new ManualClock()
  return { clock, limiter: new SpacedLimiter({ maxRequests, windowMs, clock }) }
}

/** Takes `count` one after the other and returns when each was granted. */
function grants(limiter: SpacedLimiter, clock: ManualClock, count: number): Promise<number[]> {
  const times = Array.from({ length: count }, () => limiter.acquire().then(() => clock.now()))
  return clock.run(Promise.all(times))
}

describe('spacing', () => {
  test('lets the first go at once and the others at even distances', async () => {
    const { clock, limiter } = setUp()
    expect(await grants(limiter, clock, 6)).toEqual([0, 200, 400, 600, 800, 1000])
  })

  test('gives no burst after an idle time', async () => {
    const { clock, limiter } = setUp()
    await grants(limiter, clock, 3)
    await clock.advance(60_000)
    const start = clock.now()
    expect(await grants(limiter, clock, 3)).toEqual([start, start + 200, start + 400])
  })

  test('gives no burst when a block ends', async () => {
    const { clock, limiter } = setUp()
    const taken = grants(limiter, clock, 4)
    limiter.blockUntil(5000)
    expect((await taken).slice(1)).toEqual([5000, 5200, 5400])
  })

  test('makes up for late timers but not for a long stall', async () => {
    const { clock, limiter } = setUp()
    const times: number[] = []
    for (let i = 0; i < 5; i += 1) void limiter.acquire().then(() => times.push(clock.now()))
    await clock.flush()
    clock.stall(203)
    await clock.advance(197)
    clock.stall(700)
    await clock.advance(1000)
    expect(times).toEqual([0, 203, 400, 1100, 1200])
  })

  test('a request of cost n takes n places and as much of the schedule', async () => {
    const { clock, limiter } = setUp()
    await limiter.acquire({ cost: 3 })
    const [next] = await grants(limiter, clock, 1)
    expect(next).toBe(600)
  })

  test('holds a rate that is no integer by its window', async () => {
    const { clock, limiter } = setUp(5, 2000)
    expect(await grants(limiter, clock, 4)).toEqual([0, 400, 800, 1200])
  })
})

describe('setRate', () => {
  test('P-L4 rate changed while waiting: the line is scheduled again, faster and slower', async () => {
    const { clock, limiter } = setUp(1, 1000)
    const times: number[] = []
    for (let i = 0; i < 4; i += 1) void limiter.acquire().then(() => times.push(clock.now()))
    await clock.advance(500)
    limiter.setRate(10)
    await clock.advance(150)
    expect(times).toEqual([0, 550, 650])
    limiter.setRate(1)
    await clock.advance(2000)
    expect(times).toEqual([0, 550, 650, 1650])
  })

  test('counts what has gone against the new limit', async () => {
    const { clock, limiter } = setUp(10, 1000)
    await grants(limiter, clock, 5)
    limiter.setRate(2, 1000)
    expect(await grants(limiter, clock, 1)).toEqual([1300])
  })

  test('refuses values out of range', () => {
    const { limiter } = setUp()
    expect(() => limiter.setRate(0)).toThrow(RangeError)
    expect(() => limiter.setRate(1.5)).toThrow('SpacedLimiter.maxRequests is 1.5')
    expect(() => limiter.setRate(5, 0)).toThrow(RangeError)
    expect(() => new SpacedLimiter({ windowMs: Number.NaN })).toThrow(TypeError)
  })
})

describe('acquireDeparture', () => {
  test('moves the place in the window to the real departure', async () => {
    const { clock, limiter } = setUp(2, 1000)
    const first = await limiter.acquireDeparture()
    await clock.advance(300)
    first.sent()
    await clock.run(limiter.acquire())
    expect(await grants(limiter, clock, 1)).toEqual([1300])
  })

  test('gives out no more than the limit while departures are not known', async () => {
    const { clock, limiter } = setUp(2, 1000)
    const first = await limiter.acquireDeparture()
    await clock.run(limiter.acquireDeparture())
    let isGranted = false
    void limiter.acquire().then(() => (isGranted = true))
    await clock.advance(100_000)
    expect(isGranted).toBe(false)
    expect(clock.pendingTimers).toBe(0)
    first.sent(clock.now() - 400)
    await clock.advance(599)
    expect(isGranted).toBe(false)
    await clock.advance(1)
    expect(isGranted).toBe(true)
  })

  test('a cancelled departure costs nothing: neither a place nor its share of the schedule', async () => {
    const { clock, limiter } = setUp(1, 1000)
    const departure = await limiter.acquireDeparture()
    const next = limiter.acquire().then(() => clock.now())
    await clock.advance(50)
    departure.cancel()
    departure.cancel()
    expect(await clock.run(next)).toBe(50)
  })

  test('what departs although it was cancelled is counted all the same', async () => {
    const { clock, limiter } = setUp(2, 1000)
    const orphan = await limiter.acquireDeparture()
    orphan.cancel()
    await limiter.acquire()
    await clock.advance(700)
    orphan.sent()
    expect(await grants(limiter, clock, 2)).toEqual([1000, 1700])
  })

  test('nothing is counted twice, and using cancels what was never sent', async () => {
    const { clock, limiter } = setUp(1, 1000)
    {
      using departure = await limiter.acquireDeparture()
      expect(departure.grantedAt).toBe(0)
    }
    const departure = await limiter.acquireDeparture()
    departure.sent()
    departure.cancel()
    departure[Symbol.dispose]()
    expect(limiter.tryAcquire()).toBe(false)
    expect(limiter.idle).toBe(false)
    await clock.advance(1000)
    expect(limiter.tryAcquire()).toBe(true)
  })

  test('holds the reported moment between the grant and now', async () => {
    const { clock, limiter } = setUp(1, 1000)
    const early = await limiter.acquireDeparture()
    early.sent(-500)
    expect(await grants(limiter, clock, 1)).toEqual([1000])
    const late = await clock.run(limiter.acquireDeparture())
    late.sent(1e9)
    expect(await grants(limiter, clock, 1)).toEqual([3000])
  })

  test('reports may come out of order', async () => {
    const { clock, limiter } = setUp(2, 1000)
    const first = await limiter.acquireDeparture()
    const second = await clock.run(limiter.acquireDeparture())
    await clock.advance(300)
    second.sent(700)
    first.sent(600)
    const [one, two] = [limiter.acquire(), limiter.acquire({ cost: 2 })]
    expect(await clock.run(one.then(() => clock.now()))).toBe(1600)
    expect(await clock.run(two.then(() => clock.now()))).toBe(2600)
    clock.stall(10_000)
    await limiter.acquire()
    const both = [await clock.run(limiter.acquireDeparture()), clock.now()] as const
    both[0].sent()
    expect(await clock.run(limiter.acquire({ cost: 2 }).then(() => clock.now()))).toBe(both[1] + 1000)
  })

  test('a heavy one waits for the later of two departures that were reported out of order', async () => {
    const { clock, limiter } = setUp(2, 1000)
    const first = await limiter.acquireDeparture()
    const second = await clock.run(limiter.acquireDeparture())
    await clock.advance(300)
    second.sent(800)
    first.sent(600)
    expect(await clock.run(limiter.acquire({ cost: 2 }).then(() => clock.now()))).toBe(1800)
  })

  test('a wait for unknown departures ends at maxWaitMs, no sooner', async () => {
    const { clock, limiter } = setUp(1, 1000)
    const departure = await limiter.acquireDeparture()
    const refused = limiter.acquire({ maxWaitMs: 50 }).catch((error: unknown) => error)
    void limiter.acquire({ maxWaitMs: 5000 })
    await expect(limiter.acquire({ maxWaitMs: 0 })).rejects.toThrow(RateLimitedError)
    await clock.advance(49)
    expect(limiter.metrics().waiting).toBe(2)
    await clock.advance(1)
    const error = (await refused) as RateLimitedError
    expect(error).toBeInstanceOf(RateLimitedError)
    expect(error.explain()).toMatchObject({ cost: 1, timeoutMs: 50 })
    departure.sent()
    await clock.advance(1000)
    expect(limiter.metrics()).toMatchObject({ acquired: 2, rejected: 2, waiting: 0 })
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('P-L6 long run at limit', () => {
  for (const perSecond of [5, 50, 100, 500]) {
    test(`P-L6 long run at limit: ${perSecond} a second with timers 0 to 2 ms late`, async () => {
      const clock = new ManualClock({ latenessMs: lateBy(2, seededRandom(perSecond)) })
      const limiter = new SpacedLimiter({ maxRequests: perSecond, clock })
      const count = Math.max(300, perSecond * 10)
      const departures: number[] = []
      const runner = async () => {
        while (departures.length < count) {
          const departure = await limiter.acquireDeparture()
          departure.sent()
          departures.push(clock.now())
        }
      }
      await clock.run(Promise.all([runner(), runner(), runner()]))
      const [first = 0] = departures
      const rate = ((departures.length - 1) * 1000) / ((departures.at(-1) ?? 0) - first)
      expect(worstWindow(departures, 1000)).toBeLessThanOrEqual(perSecond)
      expect(rate).toBeGreaterThanOrEqual(perSecond * 0.998)
      expect(rate).toBeLessThanOrEqual(perSecond)
    })
  }
})
