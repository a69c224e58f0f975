import { RetryExhaustedError, RetryPolicy } from 'async-patterns'
import type { RetryEvent } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'
import { failing, rig, expectNothingUnhandled } from './retry-rig.js'

expectNothingUnhandled()

describe('attempts', () => {
  test('waits 0.5, 1 and 2 seconds between four attempts', async () => {
    const { clock, retry } = rig({ maxAttempts: 4 })
    const { operation, startedAt } = failing(clock, 3)
    expect(await clock.run(retry.executeWithMetrics(operation))).toEqual({
      value: 'value',
      attempts: 4,
      delaysMs: [500, 1_000, 2_000],
    })
    expect(startedAt).toEqual([0, 500, 1_500, 3_500])
    expect(clock.pendingTimers).toBe(0)
  })

  test('the context counts attempts from 1, also inside another retry', async () => {
    const { clock, retry } = rig({ maxAttempts: 2 })
    const seen: string[] = []
    const nested = retry.execute(outer =>
      retry.execute(inner => {
        seen.push(`${outer.attempt}.${inner.attempt}`)
        throw new Error('fault')
      }, outer),
    )
    await clock.run(rejectionOf(nested))
    expect(seen).toEqual(['1.1', '1.2', '2.1', '2.2'])
  })

  test('the last error becomes RetryExhaustedError, with the whole history', async () => {
    const { clock, retry } = rig()
    let count = 0
    const error = await clock.run(
      rejectionOf(retry.execute(() => Promise.reject(new Error(`fault ${++count}`)))),
    )
    expect(error).toBeInstanceOf(RetryExhaustedError)
    expect(error).toMatchObject({
      code: 'RETRY_EXHAUSTED',
      reason: 'attempts',
      attempts: 3,
      delaysMs: [500, 1_000],
      cause: { message: 'fault 3' },
      errors: [{ message: 'fault 1' }, { message: 'fault 2' }, { message: 'fault 3' }],
    })
    expect((error as RetryExhaustedError).explain()).toMatchObject({ attempts: 3, maxAttempts: 3 })
  })

  test('maxAttempts 1 makes one attempt', async () => {
    const { clock, retry } = rig({ maxAttempts: 1 })
    const { operation, startedAt } = failing(clock, 9)
    expect(await rejectionOf(retry.execute(operation))).toMatchObject({
      code: 'RETRY_EXHAUSTED',
      attempts: 1,
    })
    expect(startedAt).toHaveLength(1)
  })

  test('an error that is not to be retried passes through unchanged', async () => {
    const fault = new Error('permanent')
    const { clock, retry } = rig({ retryWhen: outcome => !outcome.ok && outcome.error !== fault })
    const { operation, startedAt } = failing(clock, 9, fault)
    expect(await rejectionOf(retry.execute(operation))).toBe(fault)
    expect(startedAt).toHaveLength(1)
  })

  test('retryWhen may set the delay, also to 0', async () => {
    const delays = [0, 70, undefined]
    const { clock, retry } = rig({ maxAttempts: 4, retryWhen: () => ({ delayMs: delays.shift() }) })
    const { operation, startedAt } = failing(clock, 3)
    await clock.run(retry.execute(operation))
    expect(startedAt).toEqual([0, 0, 70, 70 + 2_000])
  })

  test('a retryWhen that throws rejects with what it threw', async () => {
    const mistake = new TypeError('mistake')
    const { clock, retry } = rig({
      retryWhen: () => {
        throw mistake
      },
    })
    expect(await clock.run(rejectionOf(retry.execute(() => 1)))).toBe(mistake)
  })

  test('the same seed gives the same delays', async () => {
    const delays = async (): Promise<readonly number[]> => {
      let next = 0
      const { clock, retry } = rig({ jitter: 'full', random: () => (next++ % 10) / 10, maxAttempts: 4 })
      return (await clock.run(retry.executeWithMetrics(failing(clock, 3).operation))).delaysMs
    }
    expect(await delays()).toEqual(await delays())
    expect(await delays()).toEqual([500, 900, 1_600])
  })

  test.each([
    [{ maxAttempts: 0 }, 'RetryPolicy.maxAttempts is 0; allowed is an integer of at least 1, or Infinity'],
    [{ baseDelayMs: -1 }, 'baseDelayMs is -1'],
    [{ exponentialBase: 0.5 }, 'exponentialBase is 0.5; allowed is a number of at least 1'],
    [{ jitter: 1.5 }, 'jitter is 1.5'],
    [{ minAttemptMs: Number.NaN }, 'RetryPolicy.minAttemptMs is NaN'],
  ])('refuses %o', (config, message) => {
    expect(() => new RetryPolicy(config)).toThrow(message)
  })

  test('tells of each retry and of the end', async () => {
    const { clock, retry } = rig({ maxAttempts: 2 })
    const events: RetryEvent[] = []
    retry.subscribe(event => events.push(event))
    const fault = new Error('fault')
    await clock.run(rejectionOf(retry.execute(failing(clock, 9, fault).operation)))
    expect(events).toEqual([
      { type: 'retry', attempt: 1, delayMs: 500, error: fault },
      { type: 'exhausted', reason: 'attempts', attempts: 2, error: fault },
    ])
  })
})

describe('results', () => {
  interface Answer {
    readonly status: number
    readonly body: { cancel(): Promise<void> }
  }
  const answers = () => {
    const cancelled: number[] = []
    let count = 0
    const next = (): Answer => {
      const index = count++
      return { status: 503, body: { cancel: async () => void cancelled.push(index) } }
    }
    return { next, cancelled }
  }

  test('a bad result is retried, what is thrown away is discarded, and the last one is returned as it is', async () => {
    const clock = new ManualClock()
    const retry = new RetryPolicy<Answer>({
      clock,
      retryWhen: outcome => outcome.ok && outcome.value.status === 503,
    })
    const { next, cancelled } = answers()
    const answer = await clock.run(retry.execute(next))
    expect(answer.status).toBe(503)
    expect(cancelled).toEqual([0, 1])
  })

  test('P-R8 a discard that throws harms nobody', async () => {
    const { clock, retry } = rig({
      retryWhen: outcome => outcome.ok && outcome.value === 'bad',
      discard: () => {
        throw new Error('discard')
      },
    })
    const results = ['bad', 'good']
    expect(await clock.run(retry.execute(() => results.shift()))).toBe('good')
  })

  test('a bad result that the deadline lets nobody retry is returned as it is', async () => {
    const { retry } = rig({ retryWhen: () => true })
    expect(await retry.execute(() => 'bad', { deadlineAt: 400 })).toBe('bad')
  })
})
