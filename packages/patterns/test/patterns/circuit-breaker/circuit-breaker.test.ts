import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  AcquireTimeoutError,
  BreakerOpenError,
  CircuitBreaker,
  DeadlineExceededError,
  DecorrelatedBackoff,
  ExponentialBackoff,
  QueueFullError,
  seededRandom,
  TimeoutError,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'
import { BreakerRig } from './breaker-rig.js'

const fails = () => Promise.reject(new Error('down'))
const succeeds = () => Promise.resolve('fine')

function pipelineBreaker() {
  const clock = new ManualClock()
  const breaker = new CircuitBreaker({
    window: 'consecutive',
    failureThreshold: 3,
    latencyThresholdMultiplier: false,
    openStateDurationMs: 5_000,
    clock,
  })
  return { clock, breaker }
}

test('three failures in a row open it, a success between them does not let them add up', async () => {
  const { breaker } = pipelineBreaker()
  for (const operation of [fails, fails, succeeds, fails, fails]) {
    await breaker.execute(operation).catch(() => undefined)
  }
  expect(breaker.state).toBe('closed')
  await expect(breaker.execute(fails)).rejects.toThrow('down')
  expect(breaker.state).toBe('open')
})

test('an open breaker runs nothing, and recovers by probes', async () => {
  const { breaker, clock } = pipelineBreaker()
  for (let call = 0; call < 3; call++) await breaker.execute(fails).catch(() => undefined)
  let runs = 0
  const counted = () => Promise.resolve(++runs)
  await expect(breaker.execute(counted)).rejects.toThrow(BreakerOpenError)
  await clock.advance(4_999)
  await expect(breaker.execute(counted)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 1 })
  expect(runs).toBe(0)
  await clock.advance(1)
  expect(breaker.state).toBe('half-open')
  for (let call = 0; call < 3; call++) await breaker.execute(counted)
  expect(runs).toBe(3)
  expect(breaker.state).toBe('closed')
})

test('a caller who has given up already runs nothing and counts nothing', async () => {
  const rig = new BreakerRig()
  const reason = new Error('gone')
  const signal = AbortSignal.abort(reason)
  await expect(rig.breaker.execute(() => 1, { signal })).rejects.toBe(reason)
  expect(() => rig.breaker.acquire({ signal })).toThrow(reason)
  expect(rig.breaker.metrics()).toMatchObject({ calls: 0, pending: 0 })
})

test('a call that a timeout of the caller has ended is a failure, any other abort is not', async () => {
  const rig = new BreakerRig()
  for (const reason of [
    new DOMException('slow', 'TimeoutError'),
    new TimeoutError('slow', 1),
    new Error('x'),
  ]) {
    const caller = new AbortController()
    const call = rig.hold(caller.signal)
    caller.abort(reason)
    await call.end({ error: reason })
  }
  expect(rig.breaker.metrics()).toMatchObject({ failures: 2, totals: { ignored: 1 } })
})

test('a call that a deadline has ended is a failure only if it was slow itself', async () => {
  const rig = new BreakerRig({ latencyThresholdMultiplier: false })
  for (const tookMs of [299, 300]) {
    const call = rig.hold()
    await rig.clock.advance(tookMs)
    await call.end({ error: new DeadlineExceededError('late', rig.clock.now()) })
  }
  expect(rig.breaker.metrics()).toMatchObject({ calls: 1, failures: 1, totals: { ignored: 1 } })
})

test.each([new QueueFullError('full'), new AcquireTimeoutError('no place', 1), openError()])(
  'a refusal from inside says nothing about the remote: %s',
  async error => {
    const rig = new BreakerRig()
    await rig.fail(20, error)
    expect(rig.breaker.metrics()).toMatchObject({ calls: 0, totals: { ignored: 20 } })
  },
)

test('an operation that throws at once is a rejection and a failure', async () => {
  const rig = new BreakerRig()
  const throws = () => {
    throw new Error('at once')
  }
  await expect(rig.breaker.execute(throws)).rejects.toThrow('at once')
  expect(rig.breaker.metrics().failures).toBe(1)
})

test('a bad value can be a failure, and is returned anyway', async () => {
  const statuses = new CircuitBreaker<{ status: number }>({
    failureThreshold: 2,
    classify: outcome => (outcome.ok && outcome.value.status < 500 ? 'success' : 'failure'),
  })
  for (let call = 0; call < 2; call++) {
    expect(await statuses.execute(() => ({ status: 503 }))).toEqual({ status: 503 })
  }
  expect(statuses.state).toBe('open')
})

test('a classifier that throws rejects the call but keeps no place', async () => {
  const rig = new BreakerRig({
    classify: () => {
      throw new Error('bad classifier')
    },
  })
  for (let call = 0; call < 10; call++) rig.breaker.acquire().fail()
  await rig.clock.advance(60_000)
  await expect(rig.breaker.execute(() => 1)).rejects.toThrow('bad classifier')
  await expect(rig.breaker.execute(() => 1)).rejects.toThrow('bad classifier')
  expect(rig.breaker.metrics().pending).toBe(0)
})

test('the share of slow calls trips without counting them as failures', async () => {
  const rig = new BreakerRig({
    latencyThresholdMultiplier: false,
    slowCallDurationMs: 2_000,
    slowCallRateThreshold: 0.5,
    minimumCalls: 4,
  })
  for (const ms of [2_000, 1, 1_999]) await rig.take(ms)
  expect(rig.breaker.metrics()).toMatchObject({ slowCalls: 1, failures: 0, state: 'closed' })
  await rig.take(2_000)
  expect(rig.path).toEqual(['closed > open: slow-call-rate'])
})

test('a share is reached where the division says so: 7 failures of 100 are 0.07', async () => {
  const rig = new BreakerRig({ failureThreshold: false, errorRateThreshold: 0.07, minimumCalls: 100 })
  await rig.succeed(93)
  await rig.fail(7)
  expect(rig.breaker.state).toBe('open')
})

test('with all rules off nothing opens it', async () => {
  const rig = new BreakerRig({
    failureThreshold: false,
    errorRateThreshold: false,
    latencyThresholdMultiplier: false,
  })
  await rig.fail(1_000)
  expect(rig.breaker.state).toBe('closed')
})

test('the count window holds the last calls only, and asks its shares when it is full at the latest', async () => {
  const rig = new BreakerRig({ window: 'count', windowCalls: 4, failureThreshold: 3 })
  await rig.fail(2)
  await rig.succeed(2)
  expect(rig.breaker.state).toBe('closed')
  await rig.succeed()
  expect(rig.breaker.metrics()).toMatchObject({ calls: 4, failures: 1 })
  await rig.succeed()
  await rig.fail()
  expect(rig.path).toEqual(['closed > open: error-rate'])
})

test('a failed probe reopens it for longer, and a success starts the row again', async () => {
  const openStateDurationMs = new ExponentialBackoff({ baseDelayMs: 1_000, jitter: 'none' })
  const rig = new BreakerRig({ failureThreshold: 1, openStateDurationMs })
  await rig.fail()
  for (const waitMs of [1_000, 2_000, 4_000]) {
    expect(rig.breaker.metrics().retryAfterMs).toBe(waitMs)
    await rig.clock.advance(waitMs)
    await rig.fail()
  }
  await rig.clock.advance(8_000)
  await rig.succeed(3)
  await rig.fail()
  expect(rig.transitions.at(-1)).toMatchObject({ openings: 1, openForMs: 1_000 })
})

test('a backoff with jitter is drawn once for each opening, from the random that was given', async () => {
  const openStateDurationMs = new DecorrelatedBackoff({ baseDelayMs: 1_000, maxDelayMs: 9_000 })
  const rig = new BreakerRig({ failureThreshold: 1, openStateDurationMs, random: seededRandom(1) })
  const durations: number[] = []
  for (let opening = 0; opening < 20; opening++) {
    await rig.fail()
    const { retryAfterMs } = rig.breaker.metrics()
    expect(rig.transitions.at(-1)?.openForMs).toBe(retryAfterMs)
    expect(retryAfterMs).toBeGreaterThanOrEqual(1_000)
    expect(retryAfterMs).toBeLessThanOrEqual(Math.min(9_000, 3 * (durations.at(-1) ?? 1_000)))
    durations.push(retryAfterMs)
    await rig.clock.advance(retryAfterMs)
  }
  expect(new Set(durations).size).toBeGreaterThan(10)
  expect(durations.at(-1)).toBeGreaterThan(3_000)
  await rig.succeed(3)
  await rig.fail()
  expect(rig.breaker.metrics().retryAfterMs, 'closed again, it starts over').toBeLessThanOrEqual(3_000)
})

test('forceOpen lasts until reset', async () => {
  const rig = new BreakerRig()
  rig.breaker.forceOpen()
  await rig.clock.advance(1e9)
  expect(rig.breaker.metrics()).toMatchObject({ state: 'open', retryAfterMs: 60_000 })
  expect(await rig.hold().result).toBe('rejected')
  rig.breaker.reset()
  await rig.succeed()
  expect(rig.path).toEqual(['closed > open: forced', 'open > closed: reset'])
})

test('forceClosed counts, and trips nothing until reset', async () => {
  const rig = new BreakerRig()
  await rig.fail(10)
  rig.breaker.forceClosed()
  await rig.fail(50)
  expect(rig.breaker.metrics()).toMatchObject({ state: 'closed', failures: 50, openings: 0 })
  expect(rig.breaker.idle).toBe(false)
  rig.breaker.reset()
  await rig.fail(10)
  expect(rig.breaker.state).toBe('open')
})

test('a call token settles once, by its first word', async () => {
  const rig = new BreakerRig()
  const call = rig.breaker.acquire()
  expect(rig.breaker.metrics().pending).toBe(1)
  call.fail()
  call.succeed()
  call[Symbol.dispose]()
  expect(rig.breaker.metrics()).toMatchObject({ calls: 1, failures: 1, pending: 0 })
  {
    using unsaid = rig.breaker.acquire()
    expect(unsaid).toBeDefined()
  }
  expect(rig.breaker.metrics()).toMatchObject({ calls: 1, pending: 0, totals: { ignored: 1 } })
})

test('waitPending waits for calls and for the work that they left behind', async () => {
  const rig = new BreakerRig()
  await rig.breaker.waitPending()
  const call = rig.hold()
  let late: () => void = () => undefined
  const leavesWork = rig.breaker.execute(context => {
    context.waitUntil(
      new Promise<void>(resolve => {
        late = resolve
      }),
    )
  })
  let done = false
  const waiting = rig.breaker.waitPending().then(() => {
    done = true
  })
  await leavesWork
  await call.end()
  await rig.clock.flush()
  expect(done).toBe(false)
  late()
  await waiting
  expect(rig.breaker.metrics().pending).toBe(0)
})

test('it is idle when nothing is in flight and no failure is remembered', async () => {
  const rig = new BreakerRig()
  await rig.succeed(5)
  expect(rig.breaker.idle).toBe(true)
  const call = rig.hold()
  expect(rig.breaker.idle).toBe(false)
  await call.end({ error: new Error('down') })
  expect(rig.breaker.idle).toBe(false)
  await rig.clock.advance(30_000)
  expect(rig.breaker.idle).toBe(true)
  await rig.fail(10)
  await rig.clock.advance(60_000)
  expect(rig.breaker.idle).toBe(false)
})

test('latencies from elsewhere are no probes', async () => {
  const rig = new BreakerRig()
  await rig.fail(10)
  rig.breaker.recordLatency(1)
  await rig.clock.advance(60_000)
  for (let call = 0; call < 5; call++) rig.breaker.recordLatency(1)
  await rig.succeed()
  rig.breaker.recordLatency(10_000)
  expect(rig.breaker.metrics()).toMatchObject({ state: 'half-open', calls: 1 })
  expect(() => rig.breaker.recordLatency(-1)).toThrow(RangeError)
})

test('a slow probe has failed while the latency rule is on', async () => {
  const rig = new BreakerRig()
  await rig.toHalfOpen()
  await rig.take(300)
  expect(rig.path.at(-1)).toBe('half-open > open: probe-failed')
})

test('transitions and rejections go to the process-wide channels too', async () => {
  const rig = new BreakerRig({ name: 'shop', failureThreshold: 1 })
  const seen: unknown[] = []
  const listen = (event: unknown) => seen.push(event)
  const names = ['transition', 'rejection'].map(type => `async-patterns:circuit-breaker:${type}`)
  for (const name of names) subscribe(name, listen)
  await rig.fail()
  await rig.hold().result
  for (const name of names) unsubscribe(name, listen)
  expect(seen).toMatchObject([
    {
      type: 'transition',
      breaker: 'shop',
      from: 'closed',
      to: 'open',
      cause: 'failure-count',
      openForMs: 60_000,
    },
    { type: 'rejection', breaker: 'shop', state: 'open', retryAfterMs: 60_000 },
  ])
  expect(seen[0]).toMatchObject({ at: 1_000_000, wallAt: rig.clock.wallNow() })
})

function openError(): BreakerOpenError {
  const breaker = new CircuitBreaker()
  breaker.forceOpen()
  try {
    breaker.acquire()
  } catch (error) {
    return error as BreakerOpenError
  }
  throw new Error('an open breaker let a call in')
}
