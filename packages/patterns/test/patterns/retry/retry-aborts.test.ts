import { getEventListeners } from 'node:events'
import { compose, Deadline, DeadlineExceededError, Deferred, Timeout, TimeoutError } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'
import { failing, rig, expectNothingUnhandled } from './retry-rig.js'

expectNothingUnhandled()

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
    const call = rejectionOf(retry.execute(operation, { signal: controller.signal }))
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
    expect(await rejectionOf(retry.execute(() => expect.unreachable(), within))).toBe(reason)
    expect(await rejectionOf(retry.executeWithMetrics(() => expect.unreachable(), within))).toBe(reason)
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
      expect(await clock.run(rejectionOf(retry.execute(operation, { signal: controller.signal })))).toBe(
        reason,
      )
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
    const error = await clock.run(rejectionOf(call))
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
    const error = await clock.run(rejectionOf(call))
    expect(error).toMatchObject({ code: 'RETRY_EXHAUSTED', reason: 'deadline', attempts: 2 })
    expect(clock.now()).toBe(110)
  })

  test('P-R5 no attempt starts that cannot finish by the deadline', async () => {
    const { clock, retry } = rig({ minAttemptMs: 200 })
    const { operation, startedAt } = failing(clock, 9)
    const error = await clock.run(rejectionOf(retry.execute(operation, { deadlineAt: 700 })))
    expect(error).toMatchObject({ reason: 'deadline', attempts: 1 })
    expect(clock.now()).toBe(0)
    const enough = await clock.run(rejectionOf(retry.execute(operation, { deadlineAt: 701 })))
    expect(enough).toMatchObject({ reason: 'deadline', attempts: 2 })
    expect(startedAt).toEqual([0, 0, 500])
    const tooLate = await rejectionOf(retry.execute(() => expect.unreachable(), { deadlineAt: 600 }))
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
      await rejectionOf(promise as Promise<unknown>)
    }
  })

  test('a late rejection after a timeout or an abort is no unhandled rejection', async () => {
    const { clock, retry } = rig({ maxAttempts: 2 })
    const timeout = new Timeout({ timeoutMs: 10, clock })
    const works = [new Deferred<void>(), new Deferred<void>(), new Deferred<void>()]
    let next = 0
    await clock.run(rejectionOf(compose(retry, timeout).execute(() => works[next++]?.promise)))
    const controller = new AbortController()
    const call = rejectionOf(compose(timeout, retry).execute(() => works[2]?.promise, controller))
    controller.abort(new Error('stop'))
    await clock.run(call)
    for (const work of works) work.reject(new Error('too late'))
    await new Promise(setImmediate)
    await new Promise(setImmediate)
  })
})
