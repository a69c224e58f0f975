import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { RunControl } from '../../../src/acquisition/run/run-control.js'

describe('RunControl', () => {
  const controlWith = (clock: ManualClock, signal?: AbortSignal) => {
    const reasons: string[] = []
    const onStopping = (reason: string) => reasons.push(reason)
    const control = new RunControl({ clock, timeoutMs: 1_000, graceMs: 200, signal, onStopping })
    control.listen()
    return { control, reasons }
  }

  test('stops at the timeout, cuts after the grace time, and leaves no timer', async () => {
    const clock = new ManualClock()
    const { control, reasons } = controlWith(clock)
    await clock.advance(999)
    expect(control.stop.aborted).toBe(false)
    await clock.advance(1)
    expect([control.stop.aborted, control.cut.aborted, control.end]).toEqual([true, false, 'timeout'])
    await clock.advance(200)
    // Never below: nobody can wait for less than no time.
    expect(control.leftMs).toBe(0)
    expect(control.cut.aborted).toBe(true)
    control[Symbol.dispose]()
    expect([clock.pendingTimers, reasons]).toEqual([0, ['timeout']])
  })

  test('N-33 sets no timer where nothing bounds the run', async () => {
    const clock = new ManualClock()
    const control = new RunControl({ clock, timeoutMs: Infinity, graceMs: 200, onStopping: () => undefined })
    expect(clock.pendingTimers).toBe(0)
    await clock.advance(10 ** 12)
    expect([control.stop.aborted, control.end]).toEqual([false, 'finished'])
    control[Symbol.dispose]()
  })

  test('A-17 stops when it is interrupted, also before it begins', async () => {
    const stop = new AbortController()
    const clock = new ManualClock()
    const { control, reasons } = controlWith(clock, stop.signal)
    stop.abort()
    expect([control.end, reasons]).toEqual(['interrupted', ['interrupted']])
    expect(controlWith(clock, stop.signal).control.stop.aborted).toBe(true)
    control[Symbol.dispose]()
  })

  test('remembers why it ended first', async () => {
    const clock = new ManualClock()
    const { control } = controlWith(clock)
    control.finish()
    await clock.advance(999)
    expect([control.end, control.cut.aborted]).toEqual(['finished', false])
    await clock.advance(1)
    control.finish()
    expect(control.end).toBe('timeout')
  })

  test('A-17 cuts what is still in hand after all else is finished', async () => {
    const stop = new AbortController()
    const clock = new ManualClock()
    const { control } = controlWith(clock, stop.signal)
    control.finish()
    stop.abort()
    await clock.advance(200)
    expect([control.end, control.cut.aborted]).toEqual(['interrupted', true])
  })

  test('cuts at once when the run fails, and throws that', () => {
    const { control } = controlWith(new ManualClock())
    control.throwFailure()
    control.fail(new Error('disk'))
    control.fail(new Error('later'))
    expect(control.cut.aborted).toBe(true)
    expect(() => control.throwFailure()).toThrow('disk')
  })
})
