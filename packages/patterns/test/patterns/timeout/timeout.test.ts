import type { TimeoutEvent } from 'async-patterns'
import { Deferred, Timeout, TimeoutError } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

function rig(options?: Partial<ConstructorParameters<typeof Timeout>[0]>) {
  const clock = new ManualClock()
  const discarded: unknown[] = []
  const discard = (value: unknown): void => void discarded.push(value)
  return { clock, discarded, timeout: new Timeout({ timeoutMs: 100, clock, discard, ...options }) }
}

describe('Timeout', () => {
  test('lets through what is in time, and leaves no timer', async () => {
    const { clock, timeout } = rig()
    expect(await timeout.execute(() => 1)).toBe(1)
    expect(await clock.run(timeout.execute(() => clock.sleep(99).then(() => 2)))).toBe(2)
    const fault = new Error('fault')
    expect(await rejectionOf(timeout.execute(() => Promise.reject(fault)))).toBe(fault)
    expect(clock.pendingTimers).toBe(0)
  })

  test('rejects at its limit, and aborts the signal with the same error', async () => {
    const { clock, timeout } = rig()
    let signal: AbortSignal | undefined
    const error = await clock.run(
      rejectionOf(
        timeout.execute(context => {
          signal = context.signal
          expect(context.deadlineAt).toBe(100)
          return clock.sleep(100)
        }),
      ),
    )
    expect(clock.now()).toBe(100)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'TIMEOUT', timeoutMs: 100 })
    expect(signal?.reason).toBe(error)
  })

  test('P-R8 a value that arrives too late is discarded', async () => {
    const { clock, timeout, discarded } = rig()
    const work = new Deferred<string>()
    await clock.run(rejectionOf(timeout.execute(() => work.promise)))
    work.resolve('late')
    await clock.flush()
    expect(discarded).toEqual(['late'])
  })

  test('P-R8 by default a late response is closed, so that its connection is free', async () => {
    const clock = new ManualClock()
    const timeout = new Timeout({ timeoutMs: 100, clock })
    let cancelled = false
    const cancel = async (): Promise<void> => {
      cancelled = true
    }
    const response = clock.sleep(150).then(() => ({ body: { cancel } }))
    await clock.run(rejectionOf(timeout.execute(() => response)))
    await clock.advance(100)
    expect(cancelled).toBe(true)
  })

  test('cooperative waits for the operation: its value is taken, its rejection becomes a TimeoutError', async () => {
    const { clock, timeout, discarded } = rig({ cooperative: true })
    const value = timeout.execute(() => clock.sleep(150).then(() => 'late'))
    expect(await clock.run(value)).toBe('late')
    expect(clock.now()).toBe(150)
    const heeding = await clock.run(rejectionOf(timeout.execute(context => clock.sleep(500, context))))
    expect(heeding).toBeInstanceOf(TimeoutError)
    expect(clock.now()).toBe(250)
    const fault = new Error('cleaned up')
    const failing = timeout.execute(() => clock.sleep(150).then(() => Promise.reject(fault)))
    expect(await clock.run(rejectionOf(failing))).toMatchObject({ code: 'TIMEOUT', cause: fault })
    expect(discarded).toEqual([])
  })

  test('the abort of the caller reaches the operation with its own reason', async () => {
    const { clock, timeout } = rig()
    const controller = new AbortController()
    const call = rejectionOf(timeout.execute(context => clock.sleep(50, context), controller))
    const reason = new Error('stop')
    controller.abort(reason)
    expect(await call).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
    expect(await rejectionOf(timeout.execute(() => expect.unreachable(), controller))).toBe(reason)
  })

  test('an earlier deadline holds, with its own error, and nothing starts after it', async () => {
    const { clock, timeout } = rig()
    const call = rejectionOf(timeout.execute(() => new Deferred().promise, { deadlineAt: 40 }))
    expect(await clock.run(call)).toMatchObject({ code: 'DEADLINE_EXCEEDED', deadlineAt: 40 })
    expect(clock.now()).toBe(40)
    const late = await rejectionOf(timeout.execute(() => expect.unreachable(), { deadlineAt: 40 }))
    expect(late).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  })

  test('tells of each timeout once', async () => {
    const { clock, timeout } = rig({ cooperative: true })
    const events: TimeoutEvent[] = []
    using _ = timeout.subscribe(event => events.push(event))
    await clock.run(
      rejectionOf(timeout.execute(() => clock.sleep(150).then(() => Promise.reject(new Error('x'))))),
    )
    expect(events).toEqual([{ type: 'timeout', timeoutMs: 100, attempt: 1 }])
  })

  test.each([0, -1, Number.NaN, Infinity])('refuses timeoutMs %o', timeoutMs => {
    expect(() => new Timeout({ timeoutMs })).toThrow('Timeout.timeoutMs')
  })
})
