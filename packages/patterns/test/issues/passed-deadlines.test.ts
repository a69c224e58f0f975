import { AdaptiveLimiter, Chaos, CircuitBreaker, Deadline, Hedge, RetryPolicy } from 'async-patterns'
import type { Policy } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

const exceeded = { code: 'DEADLINE_EXCEEDED', deadlineAt: 1_000 }
const passed = { deadlineAt: 1_000 }

test.each<[string, (clock: ManualClock) => Policy]>([
  ['AdaptiveLimiter', clock => new AdaptiveLimiter({ clock })],
  ['Chaos', clock => new Chaos({ clock })],
  ['CircuitBreaker', clock => new CircuitBreaker({ clock })],
  ['Deadline', clock => new Deadline({ budgetMs: 50, clock })],
  ['Hedge', clock => new Hedge({ clock })],
  ['RetryPolicy', clock => new RetryPolicy({ clock })],
])('%s: a deadline that has passed runs nothing, though nothing else is in the way', async (_name, make) => {
  const clock = new ManualClock({ startMs: 1_000 })
  const policy = make(clock)
  let calls = 0
  const call = policy.execute(() => (calls += 1), passed)
  await expect(call).rejects.toMatchObject(exceeded)
  expect(calls).toBe(0)
  expect(clock.pendingTimers).toBe(0)
  expect(await policy.execute(() => (calls += 1), { deadlineAt: 1_001 })).toBe(1)
})

test('circuit breaker: a deadline that has passed is no failure and no rejection of its own', async () => {
  const clock = new ManualClock({ startMs: 1_000 })
  const breaker = new CircuitBreaker({ failureThreshold: 1, clock })
  await expect(breaker.execute(() => 1, passed)).rejects.toMatchObject(exceeded)
  expect(() => breaker.acquire(passed)).toThrow(expect.objectContaining(exceeded))
  expect(breaker.metrics()).toMatchObject({
    state: 'closed',
    calls: 0,
    pending: 0,
    totals: { succeeded: 0, failed: 0, ignored: 0, rejected: 0 },
  })
})

test('circuit breaker: a deadline that has passed takes no probe', async () => {
  const clock = new ManualClock()
  const breaker = new CircuitBreaker({ failureThreshold: 1, halfOpenMaxCalls: 1, clock })
  await expect(breaker.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
  await clock.advance(60_000)
  await expect(breaker.execute(() => 1, passed)).rejects.toMatchObject(exceeded)
  expect(() => breaker.acquire(passed)).toThrow(expect.objectContaining(exceeded))
  expect(breaker.state).toBe('half-open')
  expect(await breaker.execute(() => 'well')).toBe('well')
  expect(breaker.state).toBe('closed')
})

test('hedge: a deadline that has passed counts as no call', async () => {
  const hedge = new Hedge({ clock: new ManualClock({ startMs: 1_000 }) })
  await expect(hedge.execute(() => 1, passed)).rejects.toMatchObject(exceeded)
  expect(hedge.metrics().calls).toBe(0)
})
