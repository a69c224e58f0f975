import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from 'async-patterns'
import { DeadlineQueue, Deferred, systemClock, Timeout } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test, vi } from 'vitest'

const endOf = (promise: Promise<unknown>, clock: Clock): Promise<number> =>
  promise.then(
    () => clock.now(),
    () => clock.now(),
  )

/** A clock that has turns, as the system clock does, and counts what is set. */
class TurningClock extends ManualClock {
  timersSet = 0
  readonly tidying: (() => void)[] = []

  override setTimer(callback: () => void, delayMs: number): object | number {
    this.timersSet += 1
    return super.setTimer(callback, delayMs)
  }

  endOfTurn(callback: () => void): void {
    this.tidying.push(callback)
  }

  turn(): void {
    for (const callback of this.tidying.splice(0)) callback()
  }
}

describe('the timer that the calls of one Timeout share', () => {
  test('ends each call at its own time, whoever leaves before', async () => {
    const clock = new ManualClock()
    const timeout = new Timeout({ timeoutMs: 100, clock })
    const first = new Deferred<void>()
    const ends: Promise<number>[] = [
      endOf(
        timeout.execute(() => first.promise),
        clock,
      ),
    ]
    for (const pauseMs of [10, 20, 30]) {
      await clock.advance(pauseMs)
      ends.push(
        endOf(
          timeout.execute(() => new Deferred().promise),
          clock,
        ),
      )
    }
    expect(clock.pendingTimers).toBe(1)
    first.resolve()
    await clock.advance(1_000)
    expect(await Promise.all(ends)).toEqual([60, 110, 130, 160])
    expect(clock.pendingTimers).toBe(0)
  })

  test('a call under an earlier deadline ends before those that came first', async () => {
    const clock = new ManualClock()
    const timeout = new Timeout({ timeoutMs: 100, clock })
    const never = () => new Deferred().promise
    const ends = [
      endOf(timeout.execute(never), clock),
      endOf(timeout.execute(never, { deadlineAt: 30 }), clock),
      endOf(timeout.execute(never), clock),
    ]
    await clock.advance(200)
    expect(await Promise.all(ends)).toEqual([100, 30, 100])
  })

  test('a call that another one starts when it is ended has its own time', async () => {
    const clock = new ManualClock()
    const timeout = new Timeout({ timeoutMs: 100, clock })
    let second: Promise<number> | undefined
    const first = timeout.execute(context => {
      context.signal.addEventListener('abort', () => {
        second = endOf(
          timeout.execute(() => new Deferred().promise),
          clock,
        )
      })
      return new Deferred().promise
    })
    await clock.run(endOf(first, clock))
    expect(await clock.run(second as Promise<number>)).toBe(200)
    expect(clock.pendingTimers).toBe(0)
  })

  test('AsyncLocalStorage of each caller holds when its call is ended', async () => {
    const storage = new AsyncLocalStorage<string>()
    const clock = new ManualClock()
    const timeout = new Timeout({ timeoutMs: 100, clock })
    const seen: unknown[] = []
    using _ = timeout.subscribe(() => seen.push(storage.getStore()))
    const call = (name: string): Promise<number> =>
      storage.run(name, () =>
        endOf(
          timeout.execute(context => {
            context.signal.addEventListener('abort', () => seen.push(storage.getStore()))
            return new Deferred().promise
          }),
          clock,
        ),
      )
    await clock.run(Promise.all([call('a'), call('b')]))
    expect(seen).toEqual(['a', 'a', 'b', 'b'])
  })

  test('serves calls that follow each other in one turn, and is gone after it', async () => {
    const clock = new TurningClock()
    const timeout = new Timeout({ timeoutMs: 100, clock })
    for (let i = 0; i < 50; i++) await timeout.execute(() => i)
    expect([clock.timersSet, clock.tidying.length]).toEqual([1, 1])
    clock.turn()
    expect(clock.pendingTimers).toBe(0)
  })

  test('stays when a call is in flight at the end of the turn', async () => {
    const clock = new TurningClock()
    const timeout = new Timeout({ timeoutMs: 100, clock })
    await timeout.execute(() => 1)
    const end = endOf(
      timeout.execute(() => new Deferred().promise),
      clock,
    )
    clock.turn()
    expect(clock.pendingTimers).toBe(1)
    await clock.advance(100)
    expect(await end).toBe(100)
  })

  test('keeps no process alive, and nothing is set once the event loop has turned', async () => {
    // Not by a count of all timers: those of the test runner come and go.
    const set = vi.spyOn(systemClock, 'setTimer')
    const cleared = vi.spyOn(systemClock, 'clearTimer')
    const timeout = new Timeout({ timeoutMs: 60_000 })
    for (let i = 0; i < 5; i++) await timeout.execute(() => i)
    expect([set.mock.calls.length, cleared.mock.calls.length]).toEqual([1, 0])
    await new Promise(resolve => setImmediate(resolve))
    expect(set).toHaveBeenCalledOnce()
    expect(cleared.mock.calls).toEqual([[set.mock.results[0]?.value]])
    vi.restoreAllMocks()
  })

  test('one whose end throws takes no time from the others', async () => {
    const clock = new ManualClock()
    const line = new DeadlineQueue(clock)
    const ended: number[] = []
    const link = { previous: undefined, next: undefined, deadlineAt: 10 }
    const fault = new Error('fault')
    line.add(
      {
        ...link,
        expire: () => {
          throw fault
        },
      },
      10,
    )
    line.add({ ...link, expire: () => ended.push(clock.now()) }, 10)
    await expect(clock.advance(20)).rejects.toBe(fault)
    await clock.advance(20)
    expect(ended).toEqual([10])
  })
})
