import type { RetryEvent, RetryExhaustedError } from 'async-patterns'
import {
  ConstantBackoff,
  DecorrelatedBackoff,
  ExponentialBackoff,
  RetryBudget,
  RetryBudgetExceededError,
  RetryPolicy,
} from 'async-patterns'
import type { RetryOptions } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

const down = () => Promise.reject(new Error('down'))

/** A policy under a manual clock, with its events. */
function rigOf(config: RetryOptions<never> = {}) {
  const clock = new ManualClock({ startMs: 1_000 })
  const retry = new RetryPolicy({ baseDelayMs: 100, jitter: 'none', clock, ...config })
  const events: RetryEvent[] = []
  retry.subscribe(event => events.push(event))
  return { clock, retry, events }
}

/** What a call rejects with, in the clock's time. */
const rejectionIn = (clock: ManualClock, call: Promise<unknown>): Promise<unknown> =>
  clock.run(rejectionOf(call))

describe('what is told', () => {
  test('of an exhausted call: message, numbers and events', async () => {
    const { clock, retry, events } = rigOf({ maxAttempts: 3 })
    const error = (await rejectionIn(clock, retry.execute(down))) as RetryExhaustedError
    expect(String(error)).toBe('RetryExhaustedError: Failed after 3 attempt(s): down')
    expect(error).toMatchObject({
      code: 'RETRY_EXHAUSTED',
      reason: 'attempts',
      attempts: 3,
      errorCount: 3,
      delaysMs: [100, 200],
    })
    expect(error.errors).toHaveLength(3)
    expect(error.cause).toBe(error.errors[2])
    expect(error.explain()).toEqual({
      attempts: 3,
      errorCount: 3,
      delaysMs: [100, 200],
      reason: 'attempts',
      maxAttempts: 3,
      deadlineAt: Infinity,
    })
    expect(events).toMatchObject([
      { type: 'retry', attempt: 1, delayMs: 100 },
      { type: 'retry', attempt: 2, delayMs: 200 },
      { type: 'exhausted', reason: 'attempts', attempts: 3 },
    ])
    expect(events.map(event => event.error)).toEqual(error.errors)
  })

  test('of a call that the deadline ends', async () => {
    const { clock, retry, events } = rigOf({ maxAttempts: 9, minAttemptMs: 50 })
    const call = retry.execute(down, { deadlineAt: 1_250 })
    const error = (await rejectionIn(clock, call)) as RetryExhaustedError
    expect(error.message).toBe('Failed after 2 attempt(s); the deadline leaves no time for another: down')
    expect(error.explain()).toMatchObject({ reason: 'deadline', deadlineAt: 1_250, maxAttempts: 9 })
    expect(events.at(-1)).toMatchObject({ type: 'exhausted', reason: 'deadline', attempts: 2 })
  })

  test('of a budget that is used up', async () => {
    const clock = new ManualClock()
    const budget = new RetryBudget({ maxRetries: 1, clock })
    const { retry, events } = rigOf({ budget, budgetKey: 'shop', clock })
    const error = (await rejectionIn(clock, retry.execute(down))) as RetryBudgetExceededError
    expect(error).toBeInstanceOf(RetryBudgetExceededError)
    expect(error.message).toBe('No retry, for the budget is used up: down')
    expect(error.cause).toBe(error.errors[0])
    expect(error.explain()).toEqual({
      attempts: 2,
      errorCount: 2,
      delaysMs: [100],
      budgetKey: 'shop',
      calls: 0,
      retries: 1,
      allowed: 1,
    })
    expect(events.at(-1)).toMatchObject({ type: 'budget-exceeded', budgetKey: 'shop', attempts: 2 })
    expect(budget.state('other')).toEqual({ calls: 0, retries: 0, allowed: 1 })
  })

  test('of a bad result: no error, and the result is what comes of it', async () => {
    const { clock, retry, events } = rigOf({ maxAttempts: 2, retryWhen: () => true })
    expect(await clock.run(retry.execute(() => 503 as never))).toBe(503)
    expect(events).toEqual([
      { type: 'retry', attempt: 1, delayMs: 100, error: undefined },
      { type: 'exhausted', reason: 'attempts', attempts: 2, error: undefined },
    ])
    const broke = rigOf({ retryWhen: () => true, budget: new RetryBudget({ maxRetries: 0 }) })
    expect(await broke.retry.execute(() => 503 as never)).toBe(503)
    expect(broke.events).toMatchObject([{ type: 'budget-exceeded', attempts: 1, error: undefined }])
  })

  test('of what was thrown that is no Error', async () => {
    const { clock, retry } = rigOf({ maxAttempts: 1 })
    const call = retry.execute(() => Promise.reject('text'))
    expect(((await rejectionIn(clock, call)) as Error).message).toBe('Failed after 1 attempt(s): text')
  })

  test('of the settings', () => {
    const { retry } = rigOf({ maxAttempts: 7, maxDelayMs: 5_000 })
    expect([retry.maxAttempts, retry.maxDelayMs]).toEqual([7, 5_000])
    expect(retry.describe()).toMatchObject({
      pattern: 'retry',
      role: 'retry',
      attempts: 7,
      loadAmplification: 7,
    })
    expect(retry.describe().options).toEqual({ maxAttempts: 7, maxDelayMs: 5_000, minAttemptMs: 0 })
    const budget = new RetryBudget()
    expect(new RetryPolicy({ budget, budgetKey: 'a' }).describe().options).toMatchObject({ budgetKey: 'a' })
  })
})

describe('what decides the wait', () => {
  test.each([
    ['a number', { retryAfterMs: 700 }, 700],
    ['one that is less than the backoff', { retryAfterMs: 7 }, 100],
    ['a negative one', { retryAfterMs: -700 }, 100],
    ['a text', { retryAfterMs: '700' }, 100],
    ['nothing', {}, 100],
  ])('retryAfterMs on the error: %s', async (_name, facts, delayMs) => {
    const { clock, retry, events } = rigOf({ maxAttempts: 2 })
    await rejectionIn(
      clock,
      retry.execute(() => Promise.reject(Object.assign(new Error('x'), facts))),
    )
    expect(events[0]).toMatchObject({ delayMs })
  })

  test.each([
    [{ delayMs: 30 }, 30],
    [{ delayMs: undefined }, 100],
    [{ delayMs: Number.NaN }, 100],
    [{ delayMs: -5 }, 0],
    [true, 100],
  ])('retryWhen gives %o', async (verdict, delayMs) => {
    const { clock, retry, events } = rigOf({ maxAttempts: 2, retryWhen: () => verdict })
    await rejectionIn(clock, retry.execute(down))
    expect(events[0]).toMatchObject({ delayMs })
  })

  test('no delay takes no timer', async () => {
    const { retry, clock } = rigOf({ maxAttempts: 3, backoff: new ConstantBackoff(0) })
    await retry.execute(down).catch(() => undefined)
    expect(clock.now()).toBe(1_000)
  })

  test('an attempt that would begin exactly at the deadline is not begun', async () => {
    for (const [deadlineAt, attempts] of [
      [1_100, 1],
      [1_101, 2],
    ] as const) {
      const { clock, retry } = rigOf({ maxAttempts: 2 })
      const error = (await rejectionIn(clock, retry.execute(down, { deadlineAt }))) as RetryExhaustedError
      expect(error.attempts).toBe(attempts)
    }
    const { retry } = rigOf()
    await expect(retry.execute(down, { deadlineAt: 1_000 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
    await expect(retry.executeWithMetrics(down, { deadlineAt: 999 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
  })

  test('a discard that aborts the call ends it before the next attempt', async () => {
    const controller = new AbortController()
    let runs = 0
    const { retry } = rigOf({
      retryWhen: () => ({ delayMs: 0 }),
      discard: () => controller.abort(new Error('enough')),
    })
    const call = retry.execute(() => (runs += 1) as never, { signal: controller.signal })
    await expect(call).rejects.toThrow('enough')
    expect(runs).toBe(1)
  })

  test('a value that comes after an abort is given, an error gives way to the reason', async () => {
    for (const ends of ['value', 'error'] as const) {
      const controller = new AbortController()
      const { retry } = rigOf({ retryWhen: () => true })
      const call = retry.execute(
        async () => {
          controller.abort(new Error('enough'))
          if (ends === 'error') throw new Error('down')
          return ends as never
        },
        { signal: controller.signal },
      )
      if (ends === 'value') expect(await call).toBe('value')
      else await expect(call).rejects.toThrow('enough')
    }
  })
})

describe('options are refused by their full name', () => {
  test.each([
    [
      () => new RetryPolicy({ maxAttempts: 0 }),
      'RetryPolicy.maxAttempts is 0; allowed is an integer of at least 1, or Infinity',
    ],
    [() => new RetryPolicy({ minAttemptMs: -1 }), 'RetryPolicy.minAttemptMs is -1'],
    [() => new RetryPolicy({ retryWhen: 1 as never }), 'RetryPolicy.retryWhen is 1'],
    [() => new RetryPolicy({ discard: 1 as never }), 'RetryPolicy.discard is 1'],
    [() => new RetryBudget({ maxRetries: -1 }), 'RetryBudget.maxRetries is -1'],
    [() => new RetryBudget({ ratio: -1 }), 'RetryBudget.ratio is -1'],
    [() => new RetryBudget({ minRetries: 0.5 }), 'RetryBudget.minRetries is 0.5'],
    [() => new RetryBudget({ windowMs: 0 }), 'RetryBudget.windowMs is 0'],
    [() => new ExponentialBackoff({ baseDelayMs: -1 }), 'ExponentialBackoff.baseDelayMs is -1'],
    [() => new ExponentialBackoff({ maxDelayMs: -1 }), 'ExponentialBackoff.maxDelayMs is -1'],
    [() => new ExponentialBackoff({ exponentialBase: 0.5 }), 'ExponentialBackoff.exponentialBase is 0.5'],
    [() => new ExponentialBackoff({ jitter: 2 }), 'ExponentialBackoff.jitter is 2'],
    [() => new DecorrelatedBackoff({ baseDelayMs: -1 }), 'DecorrelatedBackoff.baseDelayMs is -1'],
    [() => new DecorrelatedBackoff({ maxDelayMs: -1 }), 'DecorrelatedBackoff.maxDelayMs is -1'],
    [() => new ConstantBackoff(-1), 'ConstantBackoff.delayMs is -1'],
    [() => new ConstantBackoff(1, { jitter: -1 }), 'ConstantBackoff.jitter is -1'],
  ])('%#', (make, message) => {
    expect(make).toThrow(message)
  })

  test('Infinity is allowed where it means no limit', () => {
    expect(() => new RetryPolicy({ maxAttempts: Infinity })).not.toThrow()
    expect(() => new RetryBudget({ maxRetries: Infinity })).not.toThrow()
    expect(new ExponentialBackoff({ maxDelayMs: Infinity }).maxDelayMs).toBe(2 ** 31 - 1)
    expect(new DecorrelatedBackoff({ maxDelayMs: Infinity }).maxDelayMs).toBe(2 ** 31 - 1)
  })
})

describe('a budget', () => {
  test('allows the greater of its floor and its share, and never more than its number', () => {
    const clock = new ManualClock()
    const budget = new RetryBudget({ ratio: 0.5, minRetries: 2, maxRetries: 4, clock })
    const allowed = (calls: number) => {
      for (let call = 0; call < calls; call += 1) budget.countCall('a')
      return budget.state('a').allowed
    }
    expect([allowed(0), allowed(4), allowed(2), allowed(20)]).toEqual([2, 2, 3, 4])
    expect(budget.countsCalls).toBe(true)
    expect(new RetryBudget().countsCalls).toBe(false)
    expect(new RetryBudget({ ratio: 0.5 }).state().allowed).toBe(3)
  })

  test('forgets what is older than its window, not before, and what is reset', async () => {
    const clock = new ManualClock()
    const budget = new RetryBudget({ maxRetries: 1, windowMs: 1_000, clock })
    expect([budget.tryTake(), budget.tryTake()]).toEqual([true, false])
    await clock.advance(1_000)
    expect(budget.tryTake()).toBe(false)
    await clock.advance(100)
    expect(budget.tryTake()).toBe(true)
    budget.reset()
    expect(budget.state()).toEqual({ calls: 0, retries: 0, allowed: 1 })
    await clock.advance(1e9)
    expect([budget.tryTake(), budget.tryTake()]).toEqual([true, false])
  })

  test('keys do not touch each other, and only those in use are remembered', async () => {
    const clock = new ManualClock()
    const budget = new RetryBudget({ maxRetries: 1, maxKeys: 2, clock })
    expect(['a', 'b', 'a'].map(key => budget.tryTake(key))).toEqual([true, true, false])
    expect(budget.tryTake('c')).toBe(true)
    expect(budget.tryTake('a')).toBe(false)
  })
})
