import { BreakerOpenError, CircuitBreaker } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

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
