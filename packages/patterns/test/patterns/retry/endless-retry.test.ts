import { RetryBudget, RetryExhaustedError, RetryPolicy } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

const ends = (last: number) => [
  ...Array.from({ length: 16 }, (_, i) => i + 1),
  ...Array.from({ length: 16 }, (_, i) => last - 15 + i),
]

describe('N-50 a retry without end does not grow without end', () => {
  test('N-50 the first and the last 16 errors and waits are kept, and the count is told', async () => {
    const clock = new ManualClock()
    const retry = new RetryPolicy({ maxAttempts: Infinity, baseDelayMs: 1, maxDelayMs: 1, clock })
    let tries = 0
    const call = retry.execute(() => Promise.reject(Object.assign(new Error('down'), { number: ++tries })), {
      deadlineAt: clock.now() + 1_000,
    })
    const error = (await clock.run(rejectionOf(call))) as RetryExhaustedError
    expect(error).toBeInstanceOf(RetryExhaustedError)
    expect(error.errors.map(one => (one as { number: number }).number)).toEqual(ends(tries))
    expect(error.delaysMs).toHaveLength(32)
    expect(error).toMatchObject({ attempts: tries, errorCount: tries })
    expect(error.cause).toBe(error.errors.at(-1))
    expect(error.explain()).toMatchObject({ attempts: tries, errorCount: tries })
    expect(tries).toBeGreaterThan(500)
  })

  test('N-50 the first error stays the cause when the budget is used up', async () => {
    const clock = new ManualClock()
    const budget = new RetryBudget({ maxRetries: 100, clock })
    const retry = new RetryPolicy({ maxAttempts: Infinity, baseDelayMs: 1, maxDelayMs: 1, budget, clock })
    let tries = 0
    const call = retry.execute(() => Promise.reject(new Error(`${++tries}`)))
    expect(await clock.run(rejectionOf(call))).toMatchObject({
      code: 'RETRY_BUDGET_EXCEEDED',
      cause: { message: '1' },
      errorCount: 101,
    })
  })

  test('N-50 at most 32 are kept as they are', async () => {
    const clock = new ManualClock()
    const retry = new RetryPolicy({ maxAttempts: 32, baseDelayMs: 1, maxDelayMs: 1, clock })
    const error = (await clock.run(
      rejectionOf(retry.execute(() => Promise.reject(new Error('down')))),
    )) as RetryExhaustedError
    expect(error.errors).toHaveLength(32)
  })

  test('N-50 what is measured of a call that succeeds at last is bounded too', async () => {
    const clock = new ManualClock()
    const retry = new RetryPolicy({ maxAttempts: Infinity, baseDelayMs: 1, maxDelayMs: 1, clock })
    let tries = 0
    const call = retry.executeWithMetrics(() => {
      tries += 1
      if (tries < 200) throw new Error('down')
      return tries
    })
    const { attempts, delaysMs } = await clock.run(call)
    expect([attempts, delaysMs.length]).toEqual([200, 32])
  })
})
