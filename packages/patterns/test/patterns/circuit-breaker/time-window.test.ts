import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CountWindow } from '../../../src/patterns/circuit-breaker/count-window.js'
import { TimeWindow } from '../../../src/patterns/circuit-breaker/time-window.js'

const WINDOW_MS = 1_000

const traffic = fc.array(
  fc.record({ gapMs: fc.integer({ min: 0, max: 400 }), failed: fc.boolean(), slow: fc.boolean() }),
  { maxLength: 60 },
)

test('nothing older than the window counts, everything younger than nine tenths of it does', () => {
  fc.assert(
    fc.property(fc.integer({ min: -5_000, max: 5_000 }), traffic, (start, calls) => {
      const window = new TimeWindow(WINDOW_MS)
      const failuresAt: number[] = []
      let now = start
      for (const { gapMs, failed, slow } of calls) {
        now += gapMs
        window.record(now, failed, slow)
        if (failed) failuresAt.push(now)
        const younger = (ageMs: number) => failuresAt.filter(at => now - at < ageMs).length
        expect(window.failures).toBeGreaterThanOrEqual(younger(WINDOW_MS * 0.9))
        expect(window.failures).toBeLessThanOrEqual(younger(WINDOW_MS))
        const sum = window.rows(now).reduce((total, row) => total + row[2], 0)
        expect(sum).toBe(window.failures)
      }
    }),
  )
})

test('a gap as long as the window leaves nothing, a shorter one what is still young', () => {
  const window = new TimeWindow(WINDOW_MS)
  window.record(0, true, true)
  window.record(950, true, false)
  window.slide(1_000)
  expect([window.calls, window.failures, window.slowCalls]).toEqual([1, 1, 0])
  window.slide(1e9)
  expect([window.calls, window.failures, window.slowCalls]).toEqual([0, 0, 0])
})

test('its rows put back give the same counts, on another scale of time too', () => {
  fc.assert(
    fc.property(traffic, fc.integer({ min: -1e6, max: 1e6 }), (calls, shift) => {
      const window = new TimeWindow(WINDOW_MS)
      let now = 0
      for (const { gapMs, failed, slow } of calls) {
        now += gapMs
        window.record(now, failed, slow)
      }
      const rows = window.rows(now)
      const copy = new TimeWindow(WINDOW_MS)
      copy.restore(rows, now + shift * (WINDOW_MS / 10))
      expect([copy.calls, copy.failures, copy.slowCalls]).toEqual([
        window.calls,
        window.failures,
        window.slowCalls,
      ])
      expect(copy.rows(now + shift * (WINDOW_MS / 10))).toEqual(rows)
    }),
  )
})

test('a count window counts the last calls, whatever came before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), traffic, (size, calls) => {
      const window = new CountWindow(size)
      for (const { failed, slow } of calls) window.record(0, failed, slow)
      const last = calls.slice(-size)
      expect(window.calls).toBe(last.length)
      expect(window.failures).toBe(last.filter(call => call.failed).length)
      expect(window.slowCalls).toBe(last.filter(call => call.slow).length)
      expect(window.rows()).toEqual(last.map(({ failed, slow }) => [0, 1, Number(failed), Number(slow)]))
    }),
  )
})
