import { getEventListeners } from 'node:events'
import { systemClock } from 'async-patterns'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

describe('systemClock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('P-R1 a delay over 2^31-1 ms is waited for, not fired at once', () => {
    let fired = 0
    const longest = 2 ** 31 - 1
    systemClock.setTimer(
      () => {
        fired += 1
      },
      longest * 2 + 500,
    )
    vi.advanceTimersByTime(longest * 2 + 499)
    expect(fired).toBe(0)
    vi.advanceTimersByTime(1)
    expect(fired).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a long timer can be cleared in any of its legs', () => {
    const longest = 2 ** 31 - 1
    const timer = systemClock.setTimer(() => expect.unreachable(), longest * 3)
    vi.advanceTimersByTime(longest + 1)
    systemClock.clearTimer(timer)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('sleep ends at its time, or at once with the reason of an abort', async () => {
    const controller = new AbortController()
    const slept = systemClock.sleep(50, controller)
    vi.advanceTimersByTime(50)
    await slept
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    const cut = systemClock.sleep(50, controller)
    const reason = new Error('stop')
    controller.abort(reason)
    await expect(cut).rejects.toBe(reason)
    await expect(systemClock.sleep(50, controller)).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('now only moves forward, wallNow is the date', () => {
  const first = systemClock.now()
  expect(systemClock.now()).toBeGreaterThanOrEqual(first)
  expect(Math.abs(systemClock.wallNow() - Date.now())).toBeLessThan(1_000)
})
