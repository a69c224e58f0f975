import { Cache, systemClock } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

/** A clock that has turns, as the system clock does, and counts how often it is read. */
class TurningClock extends ManualClock {
  reads = 0
  turn: () => void = () => undefined

  override now(): number {
    this.reads += 1
    return super.now()
  }

  endOfTurn(callback: () => void): void {
    this.turn = callback
  }
}

describe('the time of a cache', () => {
  test('is read once a turn, however many ask', () => {
    const clock = new TurningClock()
    const cache = new Cache<string, number>({ ttlMs: 100, clock })
    cache.set('a', 1)
    for (let i = 0; i < 1_000; i++) cache.get('a')
    expect(clock.reads).toBe(1)
    clock.stall(100)
    expect(cache.get('a')).toBe(1)
    clock.turn()
    expect(cache.get('a')).toBeUndefined()
  })

  test('never lies before what was stored: a value kept for no time is never fresh', () => {
    const clock = new TurningClock()
    const cache = new Cache<string, number>({ ttlMs: 0, clock })
    cache.get('a')
    clock.stall(5)
    cache.set('a', 1)
    expect(cache.has('a')).toBe(false)
  })

  test('goes on with the real clock as soon as the event loop has turned', async () => {
    const cache = new Cache<string, number>({ ttlMs: 5, clock: systemClock })
    cache.set('a', 1)
    expect(cache.get('a')).toBe(1)
    await systemClock.sleep(10)
    expect(cache.get('a')).toBeUndefined()
  })
})
