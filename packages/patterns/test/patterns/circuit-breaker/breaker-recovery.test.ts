import { BreakerHealthCheck, CircuitBreaker } from 'async-patterns'
import { RollingLatencies } from 'async-patterns/observability'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { BreakerRig } from './breaker-rig.js'

describe('N-55 a share of failures in half-open', () => {
  const options = { halfOpenMaxCalls: 10, halfOpenErrorRateThreshold: 0.3 }

  test('N-55 fewer failures than the share do not reopen it, and it closes when the share is out of reach', async () => {
    const rig = new BreakerRig(options)
    await rig.toHalfOpen()
    await rig.fail(2)
    await rig.succeed(7)
    expect(rig.breaker.state).toBe('half-open')
    await rig.succeed(1)
    expect(rig.path.at(-1)).toBe('half-open > closed: probes-succeeded')
    expect(rig.transitions.at(-1)?.counts).toEqual({ calls: 10, failures: 2, slowCalls: 0 })
  })

  test('N-55 the share of failures reopens it at once', async () => {
    const rig = new BreakerRig(options)
    await rig.toHalfOpen()
    await rig.succeed(1)
    await rig.fail(3)
    expect(rig.path.at(-1)).toBe('half-open > open: probe-failed')
    expect(rig.transitions.at(-1)?.counts).toEqual({ calls: 4, failures: 3, slowCalls: 0 })
  })

  test('N-55 without it the first failure reopens it, as ever', async () => {
    const rig = new BreakerRig({ halfOpenMaxCalls: 10 })
    await rig.toHalfOpen()
    await rig.succeed(5)
    await rig.fail(1)
    expect(rig.breaker.state).toBe('open')
  })

  test.each([0, 0.07, 0.1, 0.5, 0.99, 1])(
    'N-55 whatever is admitted at a share of %d ends the half-open state',
    async share => {
      for (const failures of [0, 1, 3, 6, 7, 8, 49, 50, 99, 100]) {
        const rig = new BreakerRig({ halfOpenMaxCalls: 100, halfOpenErrorRateThreshold: share })
        await rig.toHalfOpen()
        await rig.fail(failures)
        await rig.succeed(100).catch(() => undefined)
        const isTooMany = failures > 0 && failures >= share * 100 - 1e-9
        expect(rig.path[2]).toBe(
          isTooMany ? 'half-open > open: probe-failed' : 'half-open > closed: probes-succeeded',
        )
      }
    },
  )

  test('N-55 a threshold of successes that could never be met is refused', () => {
    expect(() => new CircuitBreaker({ ...options, successThreshold: 9 })).toThrow(
      'CircuitBreaker.successThreshold is 9; allowed is an integer of at least 1 and at most 8',
    )
    expect(() => new CircuitBreaker({ halfOpenErrorRateThreshold: 2 })).toThrow(
      'halfOpenErrorRateThreshold is 2',
    )
    expect(() => new CircuitBreaker({ halfOpenErrorRateThreshold: 'x' as never })).toThrow(
      'halfOpenErrorRateThreshold is "x"',
    )
  })

  test('N-55 its failures are in the snapshot', async () => {
    const rig = new BreakerRig(options)
    await rig.toHalfOpen()
    await rig.fail(2)
    await rig.succeed(1)
    const revived = CircuitBreaker.fromJSON(rig.breaker.toJSON(), { ...options, clock: rig.clock })
    expect(revived.metrics()).toMatchObject({ state: 'half-open', calls: 3, failures: 2 })
    await revived.execute(() => Promise.reject(new Error('down'))).catch(() => undefined)
    expect(revived.state).toBe('open')
  })
})

describe('N-55 a health check', () => {
  function watched(options: { check: () => unknown; successThreshold?: number }) {
    const rig = new BreakerRig()
    const check = new BreakerHealthCheck(rig.breaker, {
      intervalMs: 1_000,
      timeoutMs: 500,
      clock: rig.clock,
      ...options,
    })
    return { rig, check }
  }

  test('N-55 asks the remote while the breaker is open, and closes it when that is well', async () => {
    let isWell = false
    let asked = 0
    const { rig } = watched({
      check: () => {
        asked += 1
        if (!isWell) throw new Error('down')
      },
    })
    await rig.clock.advance(10_000)
    expect(asked).toBe(0)
    await rig.fail(10)
    await rig.clock.advance(3_500)
    expect([asked, rig.breaker.state]).toEqual([3, 'open'])
    isWell = true
    await rig.clock.advance(500)
    expect([asked, rig.breaker.state, rig.path.at(-1)]).toEqual([4, 'closed', 'open > closed: reset'])
    await rig.clock.advance(10_000)
    expect([asked, rig.clock.pendingTimers]).toEqual([4, 0])
  })

  test('N-55 a check that never ends has failed; so many in a row must succeed', async () => {
    const answers: (() => unknown)[] = [
      () => new Promise(() => undefined),
      () => 1,
      () => Promise.reject(new Error('down')),
      () => 1,
      () => 1,
    ]
    const { rig } = watched({ check: () => answers.shift()?.(), successThreshold: 2 })
    await rig.fail(10)
    await rig.clock.advance(1_000 + 500 + 3_000)
    expect([answers.length, rig.breaker.state]).toEqual([1, 'open'])
    await rig.clock.advance(1_000)
    expect([answers.length, rig.breaker.state]).toEqual([0, 'closed'])
  })

  test('N-55 it leaves alone what is forced open, what calls probe themselves, and all once it is disposed', async () => {
    let asked = 0
    const { rig, check } = watched({ check: () => void (asked += 1) })
    rig.breaker.forceOpen()
    await rig.clock.advance(60_000)
    expect(asked).toBe(0)
    rig.breaker.reset()
    await rig.fail(10)
    check[Symbol.dispose]()
    await rig.clock.advance(60_000)
    expect([asked, rig.clock.pendingTimers]).toEqual([0, 0])
  })

  test('N-55 a check that was begun before a call probed says nothing afterwards', async () => {
    let end: () => void = () => undefined
    const rig = new BreakerRig({ openStateDurationMs: 1_200 })
    const check = () => new Promise<void>(resolve => (end = resolve))
    void new BreakerHealthCheck(rig.breaker, { check, intervalMs: 1_000, timeoutMs: 5_000, clock: rig.clock })
    await rig.fail(10)
    await rig.clock.advance(1_200)
    await rig.fail(1)
    end()
    await rig.clock.flush()
    expect(rig.breaker.state).toBe('open')
  })

  test('N-55 it watches a breaker that was revived open', async () => {
    const rig = new BreakerRig()
    await rig.fail(10)
    const revived = CircuitBreaker.fromJSON(rig.breaker.toJSON(), { clock: rig.clock })
    void new BreakerHealthCheck(revived, { check: () => 1, intervalMs: 100, clock: rig.clock })
    await rig.clock.advance(100)
    expect(revived.state).toBe('closed')
  })
})

describe('N-55 rolling percentiles', () => {
  test('N-55 metrics tell how the latencies of the last window were spread', async () => {
    const clock = new ManualClock()
    const breaker = new CircuitBreaker({
      latencyThresholdMultiplier: false,
      latencies: new RollingLatencies({ windowMs: 60_000, clock }),
      clock,
    })
    for (let ms = 1; ms <= 100; ms += 1) await clock.run(breaker.execute(() => clock.sleep(ms)))
    const { latencies } = breaker.metrics()
    expect(latencies?.count).toBe(100)
    expect(latencies?.p50Ms).toBeCloseTo(50, -0.5)
    expect(latencies?.p99Ms).toBeCloseTo(99, -0.5)
    expect(latencies?.maxMs).toBe(100)
    await clock.advance(120_000)
    expect(breaker.metrics().latencies).toEqual({
      count: 0,
      meanMs: 0,
      p50Ms: 0,
      p90Ms: 0,
      p95Ms: 0,
      p99Ms: 0,
      maxMs: 0,
    })
  })

  test('N-55 what is older than the window does not count, what is younger than five sixths does', async () => {
    const clock = new ManualClock()
    const latencies = new RollingLatencies({ windowMs: 600, clock })
    latencies.record(1)
    await clock.advance(499)
    expect(latencies.percentiles().count).toBe(1)
    latencies.record(2)
    await clock.advance(101)
    expect(latencies.percentiles()).toMatchObject({ count: 1, maxMs: 2 })
  })

  test('N-55 without a recorder there are none; what is no recorder is refused', () => {
    expect(new CircuitBreaker().metrics().latencies).toBeUndefined()
    expect(() => new CircuitBreaker({ latencies: {} as never })).toThrow('CircuitBreaker.latencies.record')
  })
})
