import { RetryExhaustedError, RetryPolicy } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

const asking = (retryAfterMs: number) => () =>
  Promise.reject(Object.assign(new Error('busy'), { retryAfterMs }))

describe('N-55 a cap on Retry-After', () => {
  test('N-55 who asks for a longer wait than maxRetryAfterMs is not tried again', async () => {
    const clock = new ManualClock()
    const retry = new RetryPolicy({ maxRetryAfterMs: 5_000, clock })
    const error = (await rejectionOf(retry.execute(asking(5_001)))) as RetryExhaustedError
    expect(error).toBeInstanceOf(RetryExhaustedError)
    expect(error).toMatchObject({ reason: 'retry-after', attempts: 1, cause: { message: 'busy' } })
    expect(error.explain()).toMatchObject({ reason: 'retry-after', retryAfterMs: 5_001 })
    expect(error.message).toBe(
      'Failed after 1 attempt(s); the wait that is asked for is longer than maxRetryAfterMs: busy',
    )
    expect(clock.now()).toBe(0)
  })

  test('N-55 a wait up to it is kept', async () => {
    const clock = new ManualClock()
    const retry = new RetryPolicy({ maxAttempts: 2, maxRetryAfterMs: 5_000, clock })
    const error = await clock.run(rejectionOf(retry.execute(asking(5_000))))
    expect([error, clock.now()]).toEqual([expect.objectContaining({ reason: 'attempts' }), 5_000])
  })

  test('N-55 it holds for what retryWhen asks for too; a value is then taken as it is', async () => {
    const clock = new ManualClock()
    const retry = new RetryPolicy<number>({
      retryWhen: outcome => outcome.ok && { delayMs: outcome.value },
      maxRetryAfterMs: 100,
      clock,
    })
    const values = [50, 101]
    expect(await clock.run(retry.execute(() => values.shift() as number))).toBe(101)
    expect(clock.now()).toBe(50)
  })

  test("N-55 it does not bound the backoff's own waits; it is checked", async () => {
    const clock = new ManualClock()
    const retry = new RetryPolicy({
      maxAttempts: 2,
      baseDelayMs: 1_000,
      jitter: 'none',
      maxRetryAfterMs: 0,
      clock,
    })
    await clock.run(rejectionOf(retry.execute(() => Promise.reject(new Error('down')))))
    expect(clock.now()).toBe(1_000)
    expect(() => new RetryPolicy({ maxRetryAfterMs: -1 })).toThrow('RetryPolicy.maxRetryAfterMs is -1')
  })
})
