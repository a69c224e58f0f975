import type { Backoff } from 'async-patterns'
import {
  CircuitBreaker,
  ClosedError,
  DeadlineExceededError,
  parseRetryAfter,
  RetryBudget,
  RetryExhaustedError,
  RetryPolicy,
  retryErrors,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

async function attemptsOf(error: unknown): Promise<number> {
  const clock = new ManualClock()
  let attempts = 0
  const failing = (): never => {
    attempts += 1
    throw error
  }
  await clock.run(rejectionOf(new RetryPolicy({ clock }).execute(failing)))
  return attempts
}

test('what says itself that another try is pointless has one attempt, whatever else was thrown has three', async () => {
  const breaker = new CircuitBreaker()
  breaker.forceOpen()
  const open = await rejectionOf(breaker.execute(() => 1))
  const budget = new RetryBudget({ maxRetries: 0 })
  const broke = await rejectionOf(
    new RetryPolicy({ budget }).execute(() => Promise.reject(new Error('fault'))),
  )
  const final = [open, broke, new ClosedError('closed'), new DeadlineExceededError('late', 1)]
  expect(await Promise.all(final.map(attemptsOf))).toEqual([1, 1, 1, 1])
  expect(await Promise.all([undefined, null, 'text', {}, new Error('fault')].map(attemptsOf))).toEqual([
    3, 3, 3, 3, 3,
  ])
  expect(retryErrors({ ok: true, value: undefined })).toBe(false)
})

test('what is thrown away is a value; an error is never handed to discard', async () => {
  const clock = new ManualClock()
  const discarded: unknown[] = []
  const retry = new RetryPolicy<string>({
    clock,
    maxAttempts: 4,
    retryWhen: outcome => !outcome.ok || outcome.value !== 'good',
    discard: value => discarded.push(value),
  })
  const outcomes = ['bad', new Error('fault'), 'worse', 'good']
  const next = (): string => {
    const outcome = outcomes.shift() as string | Error
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  expect(await clock.run(retry.execute(next))).toBe('good')
  expect(discarded).toEqual(['bad', 'worse'])
})

test('the history of a call has its errors and no entry for a bad value', async () => {
  const clock = new ManualClock()
  const retry = new RetryPolicy({ clock, retryWhen: () => true })
  const faults = [new Error('first'), new Error('last')]
  const outcomes = [faults[0], 'bad value', faults[1]]
  const error = await clock.run(
    rejectionOf(
      retry.execute(() => {
        const outcome = outcomes.shift()
        if (outcome instanceof Error) throw outcome
        return outcome
      }),
    ),
  )
  expect(error).toBeInstanceOf(RetryExhaustedError)
  expect(error).toMatchObject({ attempts: 3, errors: faults })
})

test('a retryWhen that throws ends the call; the value it was asked about is disposed, an error is not', async () => {
  const discarded: unknown[] = []
  const fault = new Error('of retryWhen')
  const retry = new RetryPolicy({
    retryWhen: () => {
      throw fault
    },
    discard: value => discarded.push(value),
  })
  expect(await rejectionOf(retry.execute(() => 'value'))).toBe(fault)
  expect(await rejectionOf(retry.execute(() => Promise.reject(new Error('of the operation'))))).toBe(fault)
  expect(discarded).toEqual(['value'])
})

test('a value that comes after the abort is the caller’s, and is not tried again', async () => {
  const controller = new AbortController()
  let attempts = 0
  const retry = new RetryPolicy({ retryWhen: () => true })
  const value = await retry.execute(
    () => {
      attempts += 1
      controller.abort(new Error('enough'))
      return 'late'
    },
    { signal: controller.signal },
  )
  expect([value, attempts]).toEqual(['late', 1])
})

test('each delay is told the one before, and the number of the attempt that failed', async () => {
  const clock = new ManualClock()
  const asked: unknown[] = []
  const backoff: Backoff = {
    maxDelayMs: 100,
    delayMs(step, _random, previousMs) {
      asked.push([step, previousMs])
      return step * 10
    },
  }
  const retry = new RetryPolicy({ clock, backoff, maxAttempts: 4 })
  await clock.run(rejectionOf(retry.execute(() => Promise.reject(new Error('fault')))))
  expect(asked).toEqual([
    [1, 0],
    [2, 10],
    [3, 20],
  ])
})

test('executeWithMetrics begins at attempt 1 under an outer retry, and hears of an abort before it begins', async () => {
  const clock = new ManualClock()
  const outer = new RetryPolicy({ clock, baseDelayMs: 1 })
  const inner = new RetryPolicy({ clock, maxAttempts: 1 })
  const seen: number[][] = []
  await clock.run(
    rejectionOf(
      outer.execute(outerContext =>
        inner.executeWithMetrics(context => {
          seen.push([outerContext.attempt, context.attempt])
          throw new Error('fault')
        }, outerContext),
      ),
    ),
  )
  expect(seen).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ])
  const reason = new Error('gone')
  const aborted = inner.executeWithMetrics(() => 1, { signal: AbortSignal.abort(reason) })
  expect(await rejectionOf(aborted)).toBe(reason)
})

test.each([
  ['1.25', 1_250],
  ['12.5 ', 12_500],
  ['1.2.5', undefined],
  ['-1', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
  ['x Sun, 06 Nov 1994 08:49:37 GMT', undefined],
  ['Sun, 06 Nov 1994 08:49:47 GMT', 10_000],
  ['Sunday, 06-Nov-94 08:49:47 GMT', 10_000],
  ['Sun Nov  6 08:49:47 1994', 10_000],
  ['Sun Nov  6 08:49:17 1994', 0],
])('Retry-After: %j asks for %j ms', (value, delayMs) => {
  const clock = new ManualClock({ wallStartMs: Date.UTC(1994, 10, 6, 8, 49, 37) })
  expect(parseRetryAfter(value, clock)).toBe(delayMs)
})
