import type { DeadlineEvent } from 'async-patterns'
import { compose, Deadline, DeadlineExceededError, Deferred, SemaphoreLimiter, Timeout } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

describe('Deadline', () => {
  test('one budget holds over waits and work', async () => {
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock })
    const stack = compose(
      new Deadline({ budgetMs: 100, clock }),
      limiter,
      new Timeout({ timeoutMs: 90, clock }),
    )
    const held = await limiter.acquire()
    const call = rejectionOf(stack.execute(() => new Deferred().promise))
    await clock.advance(30)
    held.release()
    expect(await clock.run(call)).toBeInstanceOf(DeadlineExceededError)
    expect(clock.now()).toBe(100)
  })

  test('a wait for a permit ends with it', async () => {
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock })
    await limiter.acquire()
    const call = rejectionOf(
      compose(new Deadline({ budgetMs: 100, clock }), limiter).execute(() => expect.unreachable()),
    )
    expect(await clock.run(call)).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    await clock.flush()
    expect(limiter.waiting).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  test('of two the earlier holds', async () => {
    const clock = new ManualClock()
    const nested = compose(new Deadline({ budgetMs: 50, clock }), new Deadline({ budgetMs: 80, clock }))
    const seen = await nested.execute(context => context.deadlineAt)
    expect(seen).toBe(50)
  })

  test('what cannot finish is not started', async () => {
    const clock = new ManualClock()
    const deadline = new Deadline({ budgetMs: 100, minimumMs: 20, clock })
    const events: DeadlineEvent[] = []
    deadline.subscribe(event => events.push(event))
    expect(await deadline.execute(() => 'runs', { deadlineAt: 20 })).toBe('runs')
    const error = await rejectionOf(deadline.execute(() => expect.unreachable(), { deadlineAt: 19 }))
    expect(error).toBeInstanceOf(DeadlineExceededError)
    expect((error as DeadlineExceededError).explain()).toEqual({
      deadlineAt: 19,
      now: 0,
      leftMs: 19,
      neededMs: 20,
    })
    expect(events).toEqual([{ type: 'exceeded', deadlineAt: 19, started: false }])
  })

  test('tells when the budget is used up', async () => {
    const clock = new ManualClock()
    const deadline = new Deadline({ budgetMs: 100, clock })
    const events: DeadlineEvent[] = []
    deadline.subscribe(event => events.push(event))
    await clock.run(rejectionOf(deadline.execute(context => clock.sleep(500, context))))
    expect(events).toEqual([{ type: 'exceeded', deadlineAt: 100, started: true }])
  })

  test('an aborted caller starts nothing', async () => {
    const reason = new Error('gone')
    const deadline = new Deadline({ budgetMs: 100 })
    expect(deadline.budgetMs).toBe(100)
    expect(
      await rejectionOf(deadline.execute(() => expect.unreachable(), { signal: AbortSignal.abort(reason) })),
    ).toBe(reason)
  })

  test.each([{ budgetMs: 0 }, { budgetMs: 10, minimumMs: 11 }])('refuses %o', options => {
    expect(() => new Deadline(options)).toThrow(RangeError)
  })
})
