import { CircuitBreaker, compose, LONGEST_DELAY_MS, parseRetryAfter, RetryPolicy } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'
import { failing, rig, expectNothingUnhandled } from './retry-rig.js'

expectNothingUnhandled()

describe('delays', () => {
  test('P-R1 a delay over 2^31-1 ms is clamped', async () => {
    const { clock, retry } = rig({ maxDelayMs: Infinity, baseDelayMs: 1e300, maxAttempts: 2 })
    const { delaysMs } = await clock.run(retry.executeWithMetrics(failing(clock, 1).operation))
    expect(delaysMs).toEqual([LONGEST_DELAY_MS])
  })

  test('P-R1 a huge Retry-After is clamped too, on the error and by retryWhen', async () => {
    const huge = Object.assign(new Error('429'), { retryAfterMs: Number.MAX_VALUE })
    const byError = rig({ maxAttempts: 2 })
    const first = byError.retry.executeWithMetrics(failing(byError.clock, 1, huge).operation)
    expect((await byError.clock.run(first)).delaysMs).toEqual([LONGEST_DELAY_MS])
    const byVerdict = rig({ maxAttempts: 2, retryWhen: outcome => !outcome.ok && { delayMs: Infinity } })
    const second = byVerdict.retry.executeWithMetrics(failing(byVerdict.clock, 1).operation)
    expect((await byVerdict.clock.run(second)).delaysMs).toEqual([LONGEST_DELAY_MS])
  })

  test.each([
    [3_000, 3_000],
    [100, 500],
    [0, 500],
    [-5, 500],
    [Number.NaN, 500],
    ['3000', 500],
  ])('P-R7 retryAfterMs %o on an error is the least wait: %o', async (retryAfterMs, waited) => {
    const { clock, retry } = rig({ maxAttempts: 2 })
    const error = Object.assign(new Error('429'), { retryAfterMs })
    const { delaysMs } = await clock.run(retry.executeWithMetrics(failing(clock, 1, error).operation))
    expect(delaysMs).toEqual([waited])
  })

  test('P-R7 a Retry-After header through retryWhen sets the delay; garbage leaves it to the backoff', async () => {
    const headers = ['0', 'Thu, 01 Jan 2026 00:00:07 GMT', 'soon']
    const clock = new ManualClock()
    const retry = new RetryPolicy<string>({
      clock,
      jitter: 'none',
      baseDelayMs: 500,
      maxAttempts: 4,
      retryWhen: outcome => outcome.ok && { delayMs: parseRetryAfter(outcome.value, clock) },
    })
    const { delaysMs } = await clock.run(retry.executeWithMetrics(() => headers.shift() ?? 'end'))
    expect(delaysMs).toEqual([0, 7_000, 2_000])
  })

  test('P-B10 a rejection by an open breaker is not retried and burns no attempts', async () => {
    const clock = new ManualClock()
    const breaker = new CircuitBreaker({ clock })
    breaker.forceOpen()
    const retry = new RetryPolicy({ clock, maxAttempts: 5 })
    const error = await rejectionOf(compose(retry, breaker).execute(() => expect.unreachable()))
    expect(error).toMatchObject({ code: 'CIRCUIT_OPEN' })
    expect((error as { retryAfterMs: unknown }).retryAfterMs).toEqual(expect.any(Number))
    expect(clock.pendingTimers).toBe(0)
  })

  test('P-B10 who does want to retry it waits at least until the breaker may let through', async () => {
    const { clock, retry } = rig({ maxAttempts: 2, retryWhen: outcome => !outcome.ok })
    const open = Object.assign(new Error('open'), { code: 'CIRCUIT_OPEN', retryAfterMs: 5_000 })
    const { operation, startedAt } = failing(clock, 1, open)
    await clock.run(retry.execute(operation))
    expect(startedAt).toEqual([0, 5_000])
  })
})
