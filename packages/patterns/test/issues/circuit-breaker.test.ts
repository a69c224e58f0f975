import { CircuitBreaker, ExponentialBackoff, Timeout } from 'async-patterns'
import type { CircuitBreakerOptions, Context } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

const fail = (): Promise<never> => Promise.reject(new Error('down'))

async function opened(options: CircuitBreakerOptions): Promise<CircuitBreaker> {
  const breaker = new CircuitBreaker({ failureThreshold: 1, openStateDurationMs: 1_000, ...options })
  await breaker.execute(fail).catch(() => undefined)
  expect(breaker.state).toBe('open')
  return breaker
}

test('circuit breaker: forced open by a listener of the transition to half-open, it lets nothing through', async () => {
  const clock = new ManualClock()
  const breaker = await opened({ clock })
  breaker.subscribe(event => {
    if (event.type === 'transition' && event.to === 'half-open') breaker.forceOpen()
  })
  await clock.advance(1_000)
  let hasRun = false
  const call = breaker.execute(() => void (hasRun = true))
  await expect(call).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
  expect(hasRun).toBe(false)
  expect(breaker.metrics().pending).toBe(0)
})

test('circuit breaker: restored half-open under smaller limits, it still admits a probe', async () => {
  const clock = new ManualClock()
  const breaker = await opened({ clock, halfOpenMaxCalls: 3 })
  await clock.advance(1_000)
  await breaker.execute(() => 'ok')
  await breaker.execute(() => 'ok')
  const restored = CircuitBreaker.fromJSON(breaker.toJSON(), { clock, halfOpenMaxCalls: 2 })
  expect(restored.state).toBe('half-open')
  await restored.execute(() => 'ok')
  expect(restored.state).toBe('closed')
})

test('circuit breaker: the late work of a sibling under one context keeps no place of a probe', async () => {
  const clock = new ManualClock()
  const breaker = await opened({ clock })
  await clock.advance(1_000)
  const timeout = new Timeout({ timeoutMs: 1, clock })
  const outer = await new Promise<Context>(resolve => void timeout.execute(resolve))
  outer.waitUntil(new Promise(() => undefined))
  await breaker.execute(() => 'ok', outer)
  expect(breaker.metrics().pending).toBe(0)
  await expect(breaker.execute(() => 'ok', outer)).resolves.toBe('ok')
})

test('circuit breaker: asking for metrics while it is forced open draws no chance', async () => {
  let draws = 0
  const random = (): number => {
    draws += 1
    return 0.5
  }
  const openStateDurationMs = new ExponentialBackoff({ baseDelayMs: 1_000, jitter: 'full' })
  const breaker = new CircuitBreaker({ openStateDurationMs, random })
  breaker.forceOpen()
  expect(breaker.metrics().retryAfterMs).toBe(1_000)
  expect(draws).toBe(0)
})

test.each([
  [{ halfOpenMaxWaitMs: 0 }, RangeError, /halfOpenMaxWaitMs is 0; allowed is a number above 0/],
  [{ windowMs: false }, TypeError, /windowMs is false/],
  [{ minimumCalls: false }, TypeError, /minimumCalls is false/],
  [{ windowMs: 0 }, RangeError, /windowMs is 0; allowed is a number above 0$/],
])('circuit breaker: %o is refused', (options, error, message) => {
  const make = (): CircuitBreaker => new CircuitBreaker(options as CircuitBreakerOptions)
  expect(make).toThrow(error)
  expect(make).toThrow(message)
})
