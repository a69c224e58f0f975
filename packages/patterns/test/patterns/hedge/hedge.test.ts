import type { Context, HedgeEvent, HedgeOptions } from 'async-patterns'
import { Hedge, HedgeLostError, SemaphoreLimiter, compose } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test, vi } from 'vitest'

/** A hedge whose attempts each take the next of the given times, and then succeed or fail. */
function rig(options: HedgeOptions, ...attempts: (number | { failsAfterMs: number })[]) {
  const clock = new ManualClock()
  const hedge = new Hedge({ clock, ...options })
  const contexts: Context[] = []
  const operation = async (context: Context): Promise<number> => {
    const attempt = contexts.push(context)
    const plan = attempts[attempt - 1] ?? 1
    await clock.sleep(typeof plan === 'number' ? plan : plan.failsAfterMs)
    if (typeof plan !== 'number') throw new Error(`attempt ${attempt} failed`)
    return attempt
  }
  return { clock, hedge, contexts, operation }
}

test('a call that is fast enough is not hedged, and leaves no timer', async () => {
  const { clock, hedge, operation, contexts } = rig({}, 99)
  expect(await clock.run(hedge.execute(operation))).toBe(1)
  expect([contexts.length, clock.pendingTimers, clock.now()]).toEqual([1, 0, 99])
})

test('a slow call is joined by a second attempt, the first success wins, the loser is aborted', async () => {
  const { clock, hedge, operation, contexts } = rig({}, 10_000, 50)
  expect(await clock.run(hedge.execute(operation))).toBe(2)
  expect(clock.now()).toBe(150)
  expect(contexts.map(context => context.aborted)).toEqual([true, false])
  expect(contexts[0]?.signal.reason).toBeInstanceOf(HedgeLostError)
  expect(hedge.metrics()).toMatchObject({ calls: 1, hedges: 1, hedgeWins: 1 })
})

test('maxHedges bounds the attempts, each a delay after the one before', async () => {
  const { clock, hedge, operation, contexts } = rig({ maxHedges: 3 }, 1e5, 1e5, 1e5, 10)
  expect(await clock.run(hedge.execute(operation))).toBe(4)
  expect([contexts.length, clock.now()]).toEqual([4, 310])
})

test('a failure starts no hedge; while another attempt runs, it is waited for', async () => {
  const alone = rig({}, { failsAfterMs: 10 }, 10)
  await expect(alone.clock.run(alone.hedge.execute(alone.operation))).rejects.toThrow('attempt 1 failed')
  const joined = rig({}, { failsAfterMs: 120 }, 50)
  expect(await joined.clock.run(joined.hedge.execute(joined.operation))).toBe(2)
})

test('if all fail, the error that came first is the call’s', async () => {
  const { clock, hedge, operation } = rig({}, { failsAfterMs: 500 }, { failsAfterMs: 10 })
  await expect(clock.run(hedge.execute(operation))).rejects.toThrow('attempt 2 failed')
  expect(clock.now()).toBe(500)
})

test('P-R8 a loser’s late value is discarded, its late rejection is nobody’s', async () => {
  const unhandled = vi.fn<(reason: unknown) => void>()
  process.on('unhandledRejection', unhandled)
  const discard = vi.fn<(value: unknown) => void>()
  const value = rig({ discard }, 1_000, 50)
  await value.clock.run(value.hedge.execute(value.operation))
  await value.clock.advance(1_000)
  expect(discard.mock.calls).toEqual([[1]])
  const error = rig({ discard }, { failsAfterMs: 1_000 }, 50)
  await error.clock.run(error.hedge.execute(error.operation))
  await error.clock.advance(1_000)
  await new Promise(resolve => setTimeout(resolve, 0))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
  expect(discard).toHaveBeenCalledTimes(1)
})

test('a permit outside is held until the loser has settled', async () => {
  const { clock, hedge, operation } = rig({}, 1_000, 50)
  const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock })
  await clock.run(compose(limiter, hedge).execute(operation))
  expect(limiter.available).toBe(0)
  await clock.advance(1_000)
  expect(limiter.available).toBe(1)
})

test('a value that is not accepted waits for a better one, and is discarded', async () => {
  const discard = vi.fn<(value: unknown) => void>()
  const accept = (outcome: { ok: boolean; value?: unknown }) => outcome.ok && outcome.value !== 1
  const better = rig({ accept, discard }, 120, 100)
  expect(await better.clock.run(better.hedge.execute(better.operation))).toBe(2)
  expect(discard.mock.calls).toEqual([[1]])
  const none = rig({ accept: () => false, discard }, 120, 100)
  expect(await none.clock.run(none.hedge.execute(none.operation))).toBe(1)
  expect(discard.mock.calls).toEqual([[1], [2]])
  expect(none.hedge.metrics().hedgeWins).toBe(0)
})

test('an accept that throws ends the call with what it threw', async () => {
  const { clock, hedge, operation } = rig({
    accept: () => {
      throw new Error('bad judge')
    },
  })
  await expect(clock.run(hedge.execute(operation))).rejects.toThrow('bad judge')
})

test('the budget lets hedges be a share of calls, after a burst of ten', async () => {
  const clock = new ManualClock()
  const hedge = new Hedge({ clock, budgetRatio: 0.1 })
  const events: HedgeEvent['type'][] = []
  using _ = hedge.subscribe(event => events.push(event.type))
  for (let call = 0; call < 200; call++) await clock.run(hedge.execute(() => clock.sleep(1_000)))
  // The balance is full again by a tenth at each call, and each hedge takes a whole one.
  expect(hedge.metrics().hedges).toBeGreaterThanOrEqual(28)
  expect(hedge.metrics().hedges).toBeLessThanOrEqual(30)
  expect(hedge.metrics().suppressed).toBe(200 - hedge.metrics().hedges)
  expect(events.filter(type => type === 'hedge')).toHaveLength(hedge.metrics().hedges)
})

test('by percentile, the delay follows what first attempts took', async () => {
  const clock = new ManualClock()
  const hedge = new Hedge({ clock, percentile: 0.9, delayMs: 5_000, budgetRatio: false })
  for (let call = 1; call <= 100; call++) await clock.run(hedge.execute(() => clock.sleep(call)))
  expect(hedge.metrics().delayMs).toBeGreaterThanOrEqual(80)
  expect(hedge.metrics().delayMs).toBeLessThanOrEqual(90)
  for (let call = 0; call < 300; call++) await clock.run(hedge.execute(() => clock.sleep(1_000)))
  expect(hedge.metrics().delayMs).toBeGreaterThanOrEqual(1_000)
})

test('a first attempt that lost counts with what it took until then, so that the percentile is not flattered', async () => {
  const { clock, hedge, operation } = rig(
    { percentile: 0.5, budgetRatio: false },
    ...Array.from({ length: 20 }, () => 10),
    ...Array.from({ length: 100 }, (_, attempt) => (attempt % 2 === 0 ? 5_000 : 10)),
  )
  for (let call = 0; call < 70; call++) await clock.run(hedge.execute(operation))
  expect(hedge.metrics()).toMatchObject({ hedges: 50, hedgeWins: 50 })
  expect(hedge.metrics().delayMs).toBeGreaterThanOrEqual(20)
})

test('a caller who has given up, or whose deadline has passed, gets no hedge', async () => {
  const { clock, hedge, operation, contexts } = rig({}, 200, 1)
  const caller = new AbortController()
  const call = hedge.execute(operation, { signal: caller.signal })
  caller.abort(new Error('gone'))
  await clock.run(call)
  expect(contexts[0]?.aborted).toBe(true)
  await clock.run(hedge.execute(() => clock.sleep(200), { deadlineAt: clock.now() + 50 }))
  expect(hedge.metrics().hedges).toBe(0)
  const reason = new Error('before')
  await expect(hedge.execute(operation, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test.each<[HedgeOptions, RegExp]>([
  [{ delayMs: -1 }, /Hedge\.delayMs is -1/],
  [{ percentile: 1 }, /Hedge\.percentile is 1/],
  [{ maxHedges: 0 }, /Hedge\.maxHedges is 0/],
  [{ budgetRatio: 2 }, /Hedge\.budgetRatio is 2/],
])('%j is refused', (options, message) => {
  expect(() => new Hedge(options)).toThrow(message)
})
