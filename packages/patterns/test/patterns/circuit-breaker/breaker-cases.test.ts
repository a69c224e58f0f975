import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { BreakerSnapshot } from 'async-patterns'
import { BreakerOpenError, CircuitBreaker, perKey, TimeoutError } from 'async-patterns'
import { expect, test } from 'vitest'
import { BreakerRig } from './breaker-rig.js'

test.each([1, 2, 3])(
  'P-B1 half-open stampede: of 100 calls exactly %d run at once, and halfOpenMaxCalls in all',
  async probeCount => {
    const rig = new BreakerRig({ probeCount, halfOpenMaxCalls: 5, successThreshold: 5 })
    await rig.toHalfOpen()
    const first = Array.from({ length: 100 }, () => rig.hold())
    expect(rig.runs).toBe(probeCount)
    const held = first.slice(0, probeCount)
    while (rig.breaker.state === 'half-open') {
      await held.shift()?.end()
      const more = Array.from({ length: 100 }, () => rig.hold())
      held.push(...more.slice(0, probeCount - held.length))
      if (rig.breaker.state === 'half-open') expect(rig.runs).toBeLessThanOrEqual(5)
    }
    expect(rig.path.at(-1)).toBe('half-open > closed: probes-succeeded')
    expect(rig.breaker.metrics().totals.rejected).toBeGreaterThan(300)
  },
)

test('P-B1 half-open stampede: while all halfOpenMaxCalls are out, no place is free for another', async () => {
  const rig = new BreakerRig({ probeCount: 3, halfOpenMaxCalls: 3, successThreshold: 3 })
  await rig.toHalfOpen()
  const probes = Array.from({ length: 100 }, () => rig.hold())
  expect(rig.runs).toBe(3)
  await probes[1]?.end()
  expect(await rig.hold().result).toBe('rejected')
  expect(rig.runs).toBe(3)
})

test('P-B2 the call that moves open to half-open counts as a probe', async () => {
  const rig = new BreakerRig({ halfOpenMaxCalls: 1 })
  await rig.toHalfOpen()
  expect(rig.path).toHaveLength(1)
  const probe = rig.hold()
  expect(rig.path.at(-1)).toBe('open > half-open: open-elapsed')
  expect(await rig.hold().result).toBe('rejected')
  await probe.end()
  expect(rig.breaker.state).toBe('closed')
})

test('P-B3 a probe that is ignored gives its place back', async () => {
  const rig = new BreakerRig({
    halfOpenMaxCalls: 1,
    classify: outcome => (outcome.ok ? 'success' : 'ignore'),
  })
  for (let call = 0; call < 10; call++) rig.breaker.acquire().fail()
  await rig.clock.advance(60_000)
  for (let call = 0; call < 5; call++) await rig.fail()
  expect(rig.breaker.state).toBe('half-open')
  await rig.succeed()
  expect(rig.breaker.state).toBe('closed')
})

test('P-B3 a probe that its caller aborts gives its place back and moves nothing', async () => {
  const rig = new BreakerRig({ halfOpenMaxCalls: 1 })
  await rig.toHalfOpen()
  const caller = new AbortController()
  const probe = rig.hold(caller.signal)
  caller.abort(new Error('no longer needed'))
  await probe.end({ error: caller.signal.reason })
  expect(rig.breaker.state).toBe('half-open')
  await rig.succeed()
  expect(rig.breaker.state).toBe('closed')
})

test('P-B3 a probe that never settles is given up after halfOpenMaxWaitMs, whoever looks first', async () => {
  const rig = new BreakerRig({ halfOpenMaxWaitMs: 7_000 })
  await rig.toHalfOpen()
  const probe = rig.hold()
  await rig.clock.advance(6_999)
  expect(rig.breaker.state).toBe('half-open')
  await rig.clock.advance(1)
  expect(rig.breaker.state).toBe('open')
  await rig.clock.advance(31_000)
  expect(rig.transitions.at(-1)).toMatchObject({ cause: 'probe-overdue', at: 1_067_000, openForMs: 60_000 })
  await probe.end()
  expect(rig.breaker.state).toBe('open')
  expect(rig.breaker.metrics().pending).toBe(0)
  expect(rig.breaker.metrics().retryAfterMs).toBe(29_000)
})

test('P-B3 rare calls can close it: without a probe out, half-open lasts as long as it must', async () => {
  const rig = new BreakerRig({ halfOpenMaxWaitMs: 7_000 })
  await rig.toHalfOpen()
  for (let call = 0; call < 3; call++) {
    await rig.succeed()
    await rig.clock.advance(50_000)
  }
  expect(rig.path).toHaveLength(3)
  expect(rig.breaker.state).toBe('closed')
})

test('P-B3 a probe keeps its place until its late work has settled', async () => {
  const rig = new BreakerRig()
  await rig.toHalfOpen()
  let finish: () => void = () => undefined
  const late = new Promise<void>(resolve => {
    finish = resolve
  })
  await rig.breaker.execute(context => context.waitUntil(late))
  expect(await rig.hold().result).toBe('rejected')
  finish()
  await rig.breaker.waitPending()
  await rig.succeed(2)
  expect(rig.breaker.state).toBe('closed')
})

test('P-B4 late results: calls begun while closed move nothing in half-open', async () => {
  const rig = new BreakerRig()
  const late = [rig.hold(), rig.hold(), rig.hold(), rig.hold()]
  await rig.toHalfOpen()
  await rig.succeed()
  for (const call of late) await call.end()
  expect(rig.breaker.metrics()).toMatchObject({ state: 'half-open', calls: 1 })
})

test('P-B4 late results: failures begun while closed move nothing after recovery', async () => {
  const rig = new BreakerRig({ failureThreshold: 2 })
  const late = Array.from({ length: 20 }, () => rig.hold())
  await rig.toHalfOpen()
  await rig.succeed(3)
  for (const call of late) await call.end({ error: new Error('down') })
  expect(rig.breaker.metrics()).toMatchObject({ state: 'closed', calls: 0, failures: 0 })
})

test('P-B4 late results: a probe of an earlier half-open state does not close a later one', async () => {
  const rig = new BreakerRig({ halfOpenMaxCalls: 1, halfOpenMaxWaitMs: 1_000 })
  await rig.toHalfOpen()
  const old = rig.hold()
  await rig.clock.advance(61_000)
  const present = rig.hold()
  await old.end()
  expect(rig.breaker.state).toBe('half-open')
  await present.end({ error: new Error('down') })
  expect(rig.breaker.state).toBe('open')
})

test('P-B5 many failures in one tick: one transition, one event, no timer', async () => {
  const rig = new BreakerRig()
  const calls = Array.from({ length: 1_000 }, () => rig.hold())
  await Promise.all(calls.map(call => call.end({ error: new Error('down') })))
  expect(rig.path).toEqual(['closed > open: failure-count'])
  expect(rig.transitions[0]).toMatchObject({ openings: 1, counts: { calls: 10, failures: 10 } })
  expect(rig.clock.pendingTimers).toBe(0)
})

test('P-B6 an idle gap longer than the window forgets old failures', async () => {
  const rig = new BreakerRig({ failureThreshold: 3, errorRateThreshold: false })
  await rig.fail(2)
  await rig.clock.advance(30_000)
  expect(rig.breaker.metrics().failures).toBe(0)
  await rig.fail(2)
  expect(rig.breaker.state).toBe('closed')
  await rig.fail()
  expect(rig.breaker.state).toBe('open')
})

test('P-B7 rejected calls are not in the error rate', async () => {
  const rig = new BreakerRig()
  await rig.fail(10)
  const atOpening = rig.breaker.metrics()
  for (let call = 0; call < 50; call++) expect(await rig.hold().result).toBe('rejected')
  expect(rig.breaker.metrics()).toMatchObject({ calls: atOpening.calls, errorRate: 1 })
  expect(rig.breaker.metrics().totals).toEqual({ succeeded: 0, failed: 10, ignored: 0, rejected: 50 })
})

test('P-B7 a first failing call alone does not trip: the share is asked from minimumCalls on', async () => {
  const rig = new BreakerRig({ failureThreshold: false, errorRateThreshold: 0.5 })
  await rig.fail(9)
  expect(rig.breaker.state).toBe('closed')
  await rig.fail()
  expect(rig.path).toEqual(['closed > open: error-rate'])
})

test('P-B8 an ignored error is neither success nor failure, and holds nothing', async () => {
  const rig = new BreakerRig({
    window: 'consecutive',
    failureThreshold: 2,
    latencyThresholdMultiplier: false,
    classify: outcome => {
      if (outcome.ok) return 'success'
      return outcome.error === 'not found' ? 'ignore' : 'failure'
    },
  })
  await rig.fail()
  await rig.fail(100, 'not found')
  expect(rig.breaker.metrics()).toMatchObject({ failures: 1, pending: 0, totals: { ignored: 100 } })
  await rig.fail()
  expect(rig.breaker.state).toBe('open')
})

test('P-B9 two breakers from one options object share nothing, and later changes of it mean nothing', async () => {
  const options = { failureThreshold: 1 }
  const [first, second] = [new CircuitBreaker(options), new CircuitBreaker(options)]
  options.failureThreshold = 100
  await first.execute(() => Promise.reject(new Error('down'))).catch(() => undefined)
  expect([first.state, second.state]).toEqual(['open', 'closed'])
})

test('P-B10 a rejection has its own class and code, says when to come back, and explains itself', async () => {
  const rig = new BreakerRig({ name: 'payments' })
  await rig.fail(10)
  await rig.clock.advance(20_000)
  const error = await rig.breaker.execute(() => 1).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(BreakerOpenError)
  expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 40_000, name: 'BreakerOpenError' })
  expect((error as BreakerOpenError).explain()).toEqual({
    breaker: 'payments',
    state: 'open',
    cause: 'failure-count',
    counts: { calls: 10, failures: 10, slowCalls: 0 },
    openForMs: 20_000,
    openings: 1,
    retryAfterMs: 40_000,
  })
})

test('P-B11 high latency counts as failure through recordLatency', () => {
  const rig = new BreakerRig({ failureThreshold: 2, errorRateThreshold: false })
  rig.breaker.recordLatency(299.9)
  rig.breaker.recordLatency(300)
  expect(rig.breaker.metrics()).toMatchObject({ calls: 2, failures: 1, slowCalls: 1 })
  rig.breaker.recordLatency(300)
  expect(rig.breaker.state).toBe('open')
})

test('P-B11 successful but slow calls trip by the latency rule alone', async () => {
  const rig = new BreakerRig({ failureThreshold: false, errorRateThreshold: false, minimumCalls: 4 })
  await rig.take(1)
  await rig.take(1)
  await rig.take(400)
  expect(rig.breaker.state).toBe('closed')
  await rig.take(300)
  expect(rig.path).toEqual(['closed > open: latency'])
})

test('P-B12 a local stall does not trip the breaker: it is taken off the latency', async () => {
  let stalledMs = 0
  const rig = new BreakerRig({ failureThreshold: 1, stalledMs: () => stalledMs })
  const call = rig.hold()
  rig.clock.stall(5_000)
  stalledMs = 4_900
  await call.end()
  expect(rig.breaker.metrics()).toMatchObject({ calls: 1, failures: 0, slowCalls: 0 })
  stalledMs = 0
  await rig.take(300)
  expect(rig.breaker.state).toBe('open')
})

test('P-B12 a timeout that only a local stall explains is ignored', async () => {
  let stalledMs = 4_900
  const rig = new BreakerRig({ failureThreshold: 1, stalledMs: () => stalledMs })
  const timesOut = async () => {
    const call = rig.hold()
    rig.clock.stall(5_000)
    await call.end({ error: new TimeoutError('slow', 1_000) })
  }
  await timesOut()
  expect(rig.breaker.state).toBe('closed')
  stalledMs = 0
  await timesOut()
  expect(rig.breaker.state).toBe('open')
})

test.each(['time', 'count', 'consecutive'] as const)(
  'P-B13 metrics and state survive serialise / hydrate while closed, window %s',
  async window => {
    const before = new BreakerRig({ window, name: 'shop' })
    await before.succeed(7)
    await before.fail(9)
    const after = hydrate(before, { window })
    expect(after.breaker.metrics()).toEqual(before.breaker.metrics())
    await after.fail()
    expect(after.breaker.state).toBe('open')
  },
)

test('P-B13 time that passes between serialise and hydrate counts', async () => {
  const before = new BreakerRig()
  await before.fail(10)
  const after = hydrate(before, {}, 59_000)
  expect(after.breaker.metrics()).toMatchObject({ state: 'open', retryAfterMs: 1_000, openings: 1 })
  await after.clock.advance(1_000)
  await after.succeed(2)
  const third = hydrate(after)
  expect(third.breaker.metrics()).toMatchObject({ state: 'half-open', calls: 2 })
  await third.succeed()
  expect(third.breaker.state).toBe('closed')
})

test('P-B13 a wall clock that was set back meanwhile lets no time pass', async () => {
  const before = new BreakerRig()
  await before.fail(10)
  expect(hydrate(before, {}, -1e6).breaker.metrics().retryAfterMs).toBe(60_000)
})

test('P-B13 what is no snapshot is refused', () => {
  expect(() => CircuitBreaker.fromJSON({ version: 2 } as unknown as BreakerSnapshot)).toThrow(TypeError)
})

test('P-M1 a registry of 100,000 breakers is collected when it is dropped, and none has a timer', async () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const timersBefore = activeTimers()
  const witnesses = await makeAndDropRegistry()
  expect(activeTimers()).toBe(timersBefore)
  let alive = witnesses.length
  // A collection may leave what the last turn has touched; coverage makes it touch more.
  for (let round = 0; round < 20 && alive > 0; round++) {
    await new Promise(resolve => setTimeout(resolve, 10))
    gc()
    alive = witnesses.filter(witness => witness.deref() !== undefined).length
  }
  expect(alive).toBe(0)
})

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
}

async function makeAndDropRegistry(): Promise<WeakRef<CircuitBreaker>[]> {
  const registry = perKey((key: number) => new CircuitBreaker({ name: `host-${key}` }), { maxKeys: 100_000 })
  for (let key = 0; key < 100_000; key++) registry.get(key)
  await Promise.all([registry.get(0).execute(() => 1), registry.get(99_999).execute(() => 1)])
  return [0, 50_000, 99_999].map(key => new WeakRef(registry.get(key)))
}

function hydrate(from: BreakerRig, options = {}, afterMs = 0): BreakerRig {
  const snapshot = JSON.parse(JSON.stringify(from.breaker)) as BreakerSnapshot
  const rig = new BreakerRig()
  rig.clock.jumpWall(from.clock.wallNow() + afterMs - rig.clock.wallNow())
  return Object.assign(rig, { breaker: CircuitBreaker.fromJSON(snapshot, { ...options, clock: rig.clock }) })
}
