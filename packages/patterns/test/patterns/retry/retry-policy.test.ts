import { getEventListeners } from 'node:events'
import type { RetryConfig, RetryEvent } from 'async-patterns'
import {
  CircuitBreaker,
  compose,
  Deadline,
  DeadlineExceededError,
  Deferred,
  LONGEST_DELAY_MS,
  parseRetryAfter,
  RetryExhaustedError,
  RetryPolicy,
  Timeout,
  TimeoutError,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** An operation that fails a number of times; it notes when each attempt began. */
function failing(clock: ManualClock, failures: number, error: unknown = new Error('fault')) {
  const startedAt: number[] = []
  const operation = async (): Promise<string> => {
    startedAt.push(clock.now())
    if (startedAt.length <= failures) throw error
    return 'value'
  }
  return { operation, startedAt }
}

function rig(config?: RetryConfig) {
  const clock = new ManualClock()
  return { clock, retry: new RetryPolicy({ clock, jitter: 'none', baseDelayMs: 500, ...config }) }
}

const rejected = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )

const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(() => {
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
})

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
    await clock.run(rejected(nested))
    expect(seen).toEqual(['1.1', '1.2', '2.1', '2.2'])
  })

  test('the last error becomes RetryExhaustedError, with the whole history', async () => {
    const { clock, retry } = rig()
    let count = 0
    const error = await clock.run(
      rejected(retry.execute(() => Promise.reject(new Error(`fault ${++count}`)))),
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
    expect(await rejected(retry.execute(operation))).toMatchObject({ code: 'RETRY_EXHAUSTED', attempts: 1 })
    expect(startedAt).toHaveLength(1)
  })

  test('an error that is not to be retried passes through unchanged', async () => {
    const fault = new Error('permanent')
    const { clock, retry } = rig({ retryWhen: outcome => !outcome.ok && outcome.error !== fault })
    const { operation, startedAt } = failing(clock, 9, fault)
    expect(await rejected(retry.execute(operation))).toBe(fault)
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
    expect(await clock.run(rejected(retry.execute(() => 1)))).toBe(mistake)
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
    await clock.run(rejected(retry.execute(failing(clock, 9, fault).operation)))
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
    const error = await rejected(compose(retry, breaker).execute(() => expect.unreachable()))
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

describe('aborts and deadlines', () => {
  test('P-R3 10,000 calls on one AbortSignal leave 0 listeners', async () => {
    const { clock, retry } = rig({ maxAttempts: 2, baseDelayMs: 10 })
    const timeout = new Timeout({ timeoutMs: 1_000, clock })
    const stack = compose(new Deadline({ budgetMs: 5_000, clock }), retry, timeout)
    const { signal } = new AbortController()
    const calls = Array.from({ length: 10_000 }, (_, index) =>
      stack.execute(
        context => {
          // Read, so that signals come into being.
          if (context.signal.aborted || (context.attempt === 1 && index % 2 === 0)) throw new Error('fault')
          return index
        },
        { signal },
      ),
    )
    await clock.flush()
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await clock.run(Promise.all(calls))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(clock.pendingTimers).toBe(0)
  })

  test('P-R3 waits of a retry that stands alone leave no listener either', async () => {
    const { clock, retry } = rig()
    const { signal } = new AbortController()
    await clock.run(retry.execute(failing(clock, 1).operation, { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('P-R4 an abort during backoff ends the wait at once, with the own reason of the caller', async () => {
    const { clock, retry } = rig()
    const controller = new AbortController()
    const { operation, startedAt } = failing(clock, 9)
    const call = rejected(retry.execute(operation, { signal: controller.signal }))
    await clock.advance(100)
    const reason = { any: 'reason' }
    controller.abort(reason)
    expect(await call).toBe(reason)
    expect(startedAt).toEqual([0])
    expect(clock.pendingTimers).toBe(0)
  })

  test('P-R4 an already aborted signal runs nothing', async () => {
    const { retry } = rig()
    const reason = new Error('gone')
    const within = { signal: AbortSignal.abort(reason) }
    expect(await rejected(retry.execute(() => expect.unreachable(), within))).toBe(reason)
    expect(await rejected(retry.executeWithMetrics(() => expect.unreachable(), within))).toBe(reason)
  })

  test.each([1, 3])(
    'an abort during the first of %o attempts allows no other, and its reason passes through',
    async maxAttempts => {
      const { clock, retry } = rig({ maxAttempts })
      retry.subscribe(() => expect.unreachable())
      const controller = new AbortController()
      const reason = new Error('stop')
      let attempts = 0
      const operation = (): Promise<never> => {
        attempts += 1
        controller.abort(reason)
        return Promise.reject(new Error('socket closed'))
      }
      expect(await clock.run(rejected(retry.execute(operation, { signal: controller.signal })))).toBe(reason)
      expect(attempts).toBe(1)
    },
  )

  test('P-R5 each attempt has its own timeout', async () => {
    const { clock, retry } = rig({ maxAttempts: 3 })
    const timeout = new Timeout({ timeoutMs: 100, clock })
    const begun: number[] = []
    const call = compose(retry, timeout).execute(() => {
      begun.push(clock.now())
      return new Deferred<void>().promise
    })
    const error = await clock.run(rejected(call))
    expect(begun).toEqual([0, 600, 1_700])
    expect(error).toMatchObject({ code: 'RETRY_EXHAUSTED', cause: expect.any(TimeoutError) })
    expect(clock.now()).toBe(1_800)
  })

  test('P-R5 a total deadline holds over all attempts and waits', async () => {
    const { clock, retry } = rig({ maxAttempts: 9, baseDelayMs: 50, exponentialBase: 1 })
    const deadline = new Deadline({ budgetMs: 120, clock })
    const call = compose(deadline, retry).execute(async context => {
      await clock.sleep(30, context)
      throw new Error('fault')
    })
    const error = await clock.run(rejected(call))
    expect(error).toMatchObject({ code: 'RETRY_EXHAUSTED', reason: 'deadline', attempts: 2 })
    expect(clock.now()).toBe(110)
  })

  test('P-R5 no attempt starts that cannot finish by the deadline', async () => {
    const { clock, retry } = rig({ minAttemptMs: 200 })
    const { operation, startedAt } = failing(clock, 9)
    const error = await clock.run(rejected(retry.execute(operation, { deadlineAt: 700 })))
    expect(error).toMatchObject({ reason: 'deadline', attempts: 1 })
    expect(clock.now()).toBe(0)
    const enough = await clock.run(rejected(retry.execute(operation, { deadlineAt: 701 })))
    expect(enough).toMatchObject({ reason: 'deadline', attempts: 2 })
    expect(startedAt).toEqual([0, 0, 500])
    const tooLate = await rejected(retry.execute(() => expect.unreachable(), { deadlineAt: 600 }))
    expect(tooLate).toBeInstanceOf(DeadlineExceededError)
    expect((tooLate as DeadlineExceededError).explain()).toMatchObject({ leftMs: 100, neededMs: 200 })
  })
})

describe('P-R8 nothing is thrown synchronously and nothing is left unhandled', () => {
  test('a throwing operation rejects', async () => {
    const { clock, retry } = rig({ maxAttempts: 1 })
    const throwing = (): never => {
      throw new Error('at once')
    }
    for (const stack of [retry, new Timeout({ timeoutMs: 9, clock }), new Deadline({ budgetMs: 9, clock })]) {
      let promise: Promise<unknown> | undefined
      expect(() => {
        promise = stack.execute(throwing)
      }).not.toThrow()
      await rejected(promise as Promise<unknown>)
    }
  })

  test("a late rejection after a timeout or an abort is nobody's unhandled rejection", async () => {
    const { clock, retry } = rig({ maxAttempts: 2 })
    const timeout = new Timeout({ timeoutMs: 10, clock })
    const works = [new Deferred<void>(), new Deferred<void>(), new Deferred<void>()]
    let next = 0
    await clock.run(rejected(compose(retry, timeout).execute(() => works[next++]?.promise)))
    const controller = new AbortController()
    const call = rejected(compose(timeout, retry).execute(() => works[2]?.promise, controller))
    controller.abort(new Error('stop'))
    await clock.run(call)
    for (const work of works) work.reject(new Error('too late'))
    await new Promise(setImmediate)
    await new Promise(setImmediate)
  })
})
