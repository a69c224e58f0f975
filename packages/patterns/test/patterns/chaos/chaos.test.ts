import type { ChaosOptions } from 'async-patterns'
import { Chaos, ChaosError, seededRandom } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

const CALLS = 2_000

/** What became of so many calls, in their order. */
async function run(options: ChaosOptions<string>): Promise<string[]> {
  const chaos = new Chaos<string>(options)
  const results: string[] = []
  for (let call = 0; call < CALLS; call++) {
    results.push(await chaos.execute(() => 'real').catch((error: Error) => error.name))
  }
  return results
}

const share = (results: string[], what: string) => results.filter(one => one === what).length / results.length

test('without rates every call passes through untouched', async () => {
  expect(share(await run({}), 'real')).toBe(1)
})

test('faults and results come at their rates, a fault before a result', async () => {
  const results = await run({
    faultRate: 0.2,
    resultRate: 0.5,
    result: () => 'made up',
    random: seededRandom(1),
  })
  expect(share(results, 'ChaosError')).toBeCloseTo(0.2, 1)
  expect(share(results, 'made up')).toBeCloseTo(0.8 * 0.5, 1)
  expect(share(results, 'real')).toBeCloseTo(0.8 * 0.5, 1)
})

test('the same seed disturbs the same calls, another seed others', async () => {
  const seeded = (seed: number) => run({ faultRate: 0.3, random: seededRandom(seed) })
  expect(await seeded(7)).toEqual(await seeded(7))
  expect(await seeded(7)).not.toEqual(await seeded(8))
})

test('a call that is disturbed by a fault or a result is not run', async () => {
  let runs = 0
  const count = () => {
    runs += 1
    return 'real'
  }
  await new Chaos({ faultRate: 1 }).execute(count).catch(() => undefined)
  await new Chaos({ resultRate: 1, result: () => 'made up' }).execute(count)
  expect(runs).toBe(0)
})

test('latency is drawn, waited on the clock, and ends with the caller', async () => {
  const clock = new ManualClock()
  const slow = new Chaos({ latencyRate: 1, latencyMs: random => 1_000 * random(), random: () => 0.5, clock })
  const call = slow.execute(() => 'real')
  await clock.flush()
  expect(clock.pendingTimers).toBe(1)
  await clock.run(call)
  expect(clock.now()).toBe(500)
  const caller = new AbortController()
  const given = slow.execute(() => 'real', { signal: caller.signal })
  const reason = new Error('gone')
  caller.abort(reason)
  await expect(given).rejects.toBe(reason)
  expect(clock.pendingTimers).toBe(0)
})

test('it can be switched off for a call, and then draws nothing', async () => {
  const chaos = new Chaos({ faultRate: 1, enabled: context => context.attempt > 1 })
  expect(await chaos.execute(() => 'real')).toBe('real')
})

test('the fault can be made, and each disturbance is an event', async () => {
  const chaos = new Chaos({ faultRate: 1, fault: () => new TypeError('made') })
  const seen: unknown[] = []
  using _ = chaos.subscribe(event => seen.push(event))
  await expect(chaos.execute(() => 'real')).rejects.toThrow(TypeError)
  await expect(new Chaos({ faultRate: 1 }).execute(() => 'real')).rejects.toThrow(ChaosError)
  expect(seen).toEqual([{ type: 'fault', latencyMs: 0 }])
})

test.each<[ChaosOptions, RegExp]>([
  [{ faultRate: 1.1 }, /Chaos\.faultRate is 1\.1/],
  [{ latencyRate: -1 }, /Chaos\.latencyRate is -1/],
  [{ latencyMs: -1 }, /Chaos\.latencyMs is -1/],
  [{ resultRate: 0.5 }, /Chaos\.result is undefined; allowed is a function/],
])('%j is refused', (options, message) => {
  expect(() => new Chaos(options)).toThrow(message)
})
