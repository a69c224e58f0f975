import type { BreakerSnapshot, CircuitBreakerOptions } from 'async-patterns'
import {
  AcquireTimeoutError,
  BreakerOpenError,
  breakerOptionsFromEnv,
  CircuitBreaker,
  CostTooHighError,
  QueueFullError,
  TimeoutError,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { BreakerRig } from './breaker-rig.js'

/** Through JSON, as into another process, whose clock starts elsewhere. */
function revive(breaker: CircuitBreaker, options: CircuitBreakerOptions): CircuitBreaker {
  return CircuitBreaker.fromJSON(JSON.parse(JSON.stringify(breaker)) as BreakerSnapshot, options)
}

const elsewhere = () => new ManualClock({ startMs: 77 })

describe('a snapshot', () => {
  test('of a breaker that was forced open stays open without end', async () => {
    const rig = new BreakerRig()
    rig.breaker.forceOpen()
    await rig.clock.advance(500)
    const clock = new ManualClock({ startMs: 77, wallStartMs: rig.clock.wallNow() })
    const revived = revive(rig.breaker, { clock })
    await clock.advance(1e9)
    expect(revived.state).toBe('open')
    expect(await revived.execute(() => 1).catch((error: BreakerOpenError) => error.explain())).toMatchObject({
      cause: 'forced',
      openForMs: 1e9 + 500,
    })
  })

  test('of an open one says since when and for how long', async () => {
    const rig = new BreakerRig({ openStateDurationMs: 1_000 })
    await rig.fail(10)
    await rig.clock.advance(400)
    expect(rig.breaker.toJSON().state).toMatchObject({
      name: 'open',
      forMs: 400,
      leftMs: 600,
      cause: 'failure-count',
    })
    const clock = new ManualClock({ startMs: 77, wallStartMs: rig.clock.wallNow() })
    const revived = revive(rig.breaker, { clock })
    expect(revived.metrics().retryAfterMs).toBe(600)
    await clock.advance(599)
    expect(revived.state).toBe('open')
    await clock.advance(1)
    expect(revived.state).toBe('half-open')
    const late = new BreakerRig({ openStateDurationMs: 10 })
    await late.fail(10)
    await late.clock.advance(500)
    expect(late.breaker.toJSON().state).toMatchObject({ leftMs: 0 })
  })

  test('of a half-open one keeps its successes, and what opened it', async () => {
    const rig = new BreakerRig({ halfOpenMaxCalls: 2 })
    await rig.toHalfOpen()
    await rig.succeed()
    const json = rig.breaker.toJSON()
    expect(json.state).toMatchObject({ name: 'half-open', successes: 1, opened: { cause: 'failure-count' } })
    const clock = new ManualClock({ wallStartMs: rig.clock.wallNow() })
    const revived = revive(rig.breaker, { clock, halfOpenMaxCalls: 2 })
    await revived.execute(() => 1)
    expect(revived.state).toBe('closed')
  })

  test('of another kind of window brings its totals and no counts', async () => {
    const rig = new BreakerRig({ window: 'count' })
    await rig.fail(5)
    const clock = new ManualClock({ wallStartMs: rig.clock.wallNow() })
    const revived = revive(rig.breaker, { clock, window: 'time' })
    expect(revived.metrics()).toMatchObject({ calls: 0, failures: 0, state: 'closed', totals: { failed: 5 } })
  })

  test('of a count window keeps which calls failed and which were slow, in their order', async () => {
    const options = {
      window: 'count',
      windowCalls: 4,
      failureThreshold: false,
      errorRateThreshold: false,
    } as const
    const rig = new BreakerRig({ ...options, latencyThresholdMultiplier: false, slowCallDurationMs: 50 })
    await rig.fail()
    await rig.take(60)
    await rig.succeed(2)
    const revived = revive(rig.breaker, {
      ...options,
      latencyThresholdMultiplier: false,
      slowCallDurationMs: 50,
      clock: elsewhere(),
    })
    expect(revived.metrics()).toMatchObject({ calls: 4, failures: 1, slowCalls: 1 })
    await revived.execute(() => 1) // the failure is the oldest, and leaves
    expect(revived.metrics()).toMatchObject({ calls: 4, failures: 0, slowCalls: 1 })
    await revived.execute(() => 1)
    expect(revived.metrics()).toMatchObject({ calls: 4, failures: 0, slowCalls: 0 })
  })

  test('of a forced closed one stays forced, and the name is kept unless another is given', async () => {
    const rig = new BreakerRig({ name: 'shop' })
    rig.breaker.forceClosed()
    const revived = revive(rig.breaker, { clock: elsewhere() })
    for (let call = 0; call < 20; call += 1)
      await revived.execute(() => Promise.reject(new Error('x'))).catch(() => 0)
    expect(revived.state).toBe('closed')
    expect(revived.name).toBe('shop')
    expect(revive(rig.breaker, { name: 'other' }).name).toBe('other')
    expect(CircuitBreaker.fromJSON(rig.breaker.toJSON()).name).toBe('shop')
  })

  test('of another version is refused by its number', () => {
    const json = { ...new CircuitBreaker().toJSON(), version: 2 } as unknown as BreakerSnapshot
    expect(() => CircuitBreaker.fromJSON(json)).toThrow('CircuitBreaker.fromJSON: version is 2; allowed is 1')
  })
})

describe('what is counted', () => {
  test('rates are shares, and 0 without calls', async () => {
    const rig = new BreakerRig({
      latencyThresholdMultiplier: false,
      slowCallDurationMs: 50,
      minimumCalls: 100,
    })
    expect(rig.breaker.metrics()).toMatchObject({ errorRate: 0, slowCallRate: 0 })
    await rig.fail()
    await rig.take(60)
    await rig.take(60)
    await rig.succeed()
    expect(rig.breaker.metrics()).toMatchObject({
      errorRate: 0.25,
      slowCallRate: 0.5,
      calls: 4,
      slowCalls: 2,
    })
  })

  test('a slow call keeps it from being idle', async () => {
    const rig = new BreakerRig({ latencyThresholdMultiplier: false, slowCallDurationMs: 50 })
    await rig.take(60)
    expect(rig.breaker.idle).toBe(false)
    await rig.clock.advance(60_000)
    expect(rig.breaker.idle).toBe(true)
  })

  test('successes, failures and ignored calls go into their own totals', async () => {
    const rig = new BreakerRig({
      classify: outcome => (outcome.ok ? (outcome.value === 'fine' ? 'success' : 'failure') : 'ignore'),
    })
    await rig.succeed(2)
    await rig.fail(3)
    await rig.breaker.execute(() => 'bad')
    rig.breaker.acquire().succeed()
    rig.breaker.recordLatency(1)
    expect(rig.breaker.metrics().totals).toEqual({ succeeded: 4, failed: 1, ignored: 3, rejected: 0 })
  })

  test('without rules on failures slow calls open it by their median, and not below the minimum', async () => {
    const rules = { failureThreshold: false, errorRateThreshold: false, minimumCalls: 4 } as const
    const rig = new BreakerRig(rules)
    await rig.take(300)
    await rig.take(300)
    await rig.take(300)
    expect(rig.breaker.state).toBe('closed')
    await rig.take(300)
    expect(rig.path).toEqual(['closed > open: latency'])
    const off = new BreakerRig({ ...rules, latencyThresholdMultiplier: false })
    for (let call = 0; call < 10; call += 1) await off.take(300)
    expect(off.breaker.state).toBe('closed')
  })

  test('the share of slow calls opens it at its threshold, not below', async () => {
    const rig = new BreakerRig({
      latencyThresholdMultiplier: false,
      slowCallDurationMs: 50,
      slowCallRateThreshold: 0.5,
      minimumCalls: 4,
    })
    await rig.succeed(3)
    await rig.take(60)
    await rig.take(60)
    expect(rig.breaker.state).toBe('closed') // 2 of 5
    await rig.take(60)
    expect(rig.path).toEqual(['closed > open: slow-call-rate'])
  })

  test('a time that ends with its bucket leaves with it', async () => {
    const rig = new BreakerRig({ windowMs: 100 })
    await rig.fail(2)
    for (let step = 0; step < 9; step += 1) await rig.clock.advance(10)
    expect(rig.breaker.metrics().failures).toBe(2)
    await rig.clock.advance(10)
    expect(rig.breaker.metrics().failures).toBe(0)
    expect(rig.breaker.toJSON().state).toMatchObject({ name: 'closed', rows: [] })
  })
})

describe('what is told', () => {
  test('the probe that failed is among the counts of its transition', async () => {
    const rig = new BreakerRig()
    await rig.toHalfOpen()
    await rig.succeed()
    await rig.fail()
    expect(rig.transitions.at(-2)).toMatchObject({
      to: 'half-open',
      counts: { calls: 0, failures: 0, slowCalls: 0 },
    })
    expect(rig.transitions.at(-1)).toMatchObject({
      cause: 'probe-failed',
      openings: 2,
      openForMs: 60_000,
      counts: { calls: 2, failures: 1 },
    })
  })

  test('an overdue probe’s transition lies where it was due, by either clock', async () => {
    const rig = new BreakerRig({ halfOpenMaxWaitMs: 1_000 })
    await rig.toHalfOpen()
    rig.hold()
    const [at, wallAt] = [rig.clock.now() + 1_000, rig.clock.wallNow() + 1_000]
    await rig.clock.advance(5_000)
    expect(rig.breaker.state).toBe('open')
    expect(rig.transitions.at(-1)).toMatchObject({ cause: 'probe-overdue', at, wallAt })
  })

  test('only what leads to open says for how long', async () => {
    const rig = new BreakerRig()
    await rig.toHalfOpen()
    await rig.succeed(3)
    expect(rig.transitions.map(({ to, openForMs }) => [to, openForMs])).toEqual([
      ['open', 60_000],
      ['half-open', 0],
      ['closed', 0],
    ])
  })

  test('the error names breaker, state and cause', async () => {
    const rig = new BreakerRig({ name: 'shop' })
    await rig.fail(10)
    const error = await rig.breaker.execute(() => 1).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(BreakerOpenError)
    expect(String(error)).toBe('BreakerOpenError: Circuit breaker "shop" is open (opened by failure-count)')
    expect(new CircuitBreaker().name).toBe('default')
  })

  test('after the restart of the open state the way back starts over', async () => {
    const rig = new BreakerRig()
    expect(rig.breaker.metrics().retryAfterMs).toBe(0)
    await rig.fail(10)
    await rig.clock.advance(20_000)
    expect(rig.breaker.metrics().retryAfterMs).toBe(40_000)
    rig.breaker.reset()
    expect(rig.breaker.metrics().retryAfterMs).toBe(0)
    expect(rig.transitions.at(-1)).toMatchObject({ cause: 'reset', from: 'open', to: 'closed' })
  })
})

describe('what is refused or ignored', () => {
  test.each([
    ['a full queue', new QueueFullError('full')],
    ['a wait for a permit', new AcquireTimeoutError('late', 5)],
    ['a cost that is too high', new CostTooHighError('limiter', 5, 3)],
  ])('%s inside says nothing about the remote', async (_name, error) => {
    const rig = new BreakerRig({ failureThreshold: 1 })
    await rig.fail(3, error)
    expect(rig.breaker.state).toBe('closed')
    expect(rig.breaker.metrics().totals).toMatchObject({ failed: 0, ignored: 3 })
  })

  test('a timeout after the whole limit is the remote’s fault in spite of a stall', async () => {
    const rig = new BreakerRig({
      failureThreshold: 1,
      latencyThresholdMultiplier: false,
      stalledMs: () => 40,
    })
    const timedOut = (ms: number) =>
      rig.breaker
        .execute(async () => {
          rig.clock.stall(ms)
          throw new TimeoutError('too long', 100)
        })
        .catch(() => undefined)
    await timedOut(139)
    expect(rig.breaker.state).toBe('closed')
    await timedOut(140)
    expect(rig.breaker.state).toBe('open')
  })

  test('another error in a stall is a failure still', async () => {
    const rig = new BreakerRig({ failureThreshold: 1, stalledMs: () => 1_000 })
    await rig.fail(1)
    expect(rig.breaker.state).toBe('open')
  })

  test('options are refused by their full name', () => {
    const make = (options: object) => () => new CircuitBreaker(options)
    expect(make({ window: 'days' })).toThrow('CircuitBreaker.window is "days"')
    expect(make({ classify: 1 })).toThrow('CircuitBreaker.classify is 1')
    expect(make({ stalledMs: 1 })).toThrow('CircuitBreaker.stalledMs is 1')
    expect(make({ window: 'consecutive', errorRateThreshold: 0.5 })).toThrow(
      'CircuitBreaker.errorRateThreshold is 0.5',
    )
    expect(make({ window: 'consecutive', errorRateThreshold: false })).not.toThrow()
    expect(() => new CircuitBreaker().recordLatency(-1)).toThrow('recordLatency.latencyMs is -1')
  })

  test('a window of few calls needs no more than it holds; another kind keeps its minimum', async () => {
    const few = new BreakerRig({ window: 'count', windowCalls: 3, failureThreshold: false })
    await few.fail(3)
    expect(few.breaker.state).toBe('open')
    const time = new BreakerRig({ windowCalls: 3, failureThreshold: false })
    await time.fail(9)
    expect(time.breaker.state).toBe('closed')
  })

  test('a run of failures opens by its length alone', async () => {
    const rig = new BreakerRig({ window: 'consecutive', failureThreshold: 12, minimumCalls: 1 })
    await rig.fail(11)
    expect(rig.breaker.state).toBe('closed')
    await rig.fail()
    expect(rig.path).toEqual(['closed > open: failure-count'])
  })

  test('the environment’s text may stand among blanks, and is read as a whole', () => {
    const read = (text: string) => breakerOptionsFromEnv('a', { CIRCUIT_BREAKER_WINDOW_A: text })
    expect(read(' 250 ')).toEqual({ name: 'a', windowMs: 250 })
    expect(read(' 5s ')).toEqual({ name: 'a', windowMs: 5_000 })
    expect(() => read('x5')).toThrow('CIRCUIT_BREAKER_WINDOW_A')
    expect(read('   ')).toEqual({ name: 'a' })
  })
})
