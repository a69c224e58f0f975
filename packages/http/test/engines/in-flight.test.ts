import { TimeoutError } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { InFlight, InFlightCall } from '../../src/engines/in-flight.js'

class Call extends InFlightCall {
  error: unknown = undefined
  readonly #inFlight: InFlight

  constructor(inFlight: InFlight) {
    super()
    this.#inFlight = inFlight
    inFlight.add(this)
  }

  override cancel(error: unknown): void {
    this.error = error
    this.end()
  }

  end(): void {
    this.#inFlight.remove(this)
  }
}

test('each call has its own time, under one timer', async () => {
  const clock = new ManualClock()
  const inFlight = new InFlight(clock, 100)
  const first = new Call(inFlight)
  await clock.advance(60)
  const second = new Call(inFlight)
  expect(clock.pendingTimers).toBe(1)
  await clock.advance(40)
  expect([first.error instanceof TimeoutError, second.error]).toEqual([true, undefined])
  await clock.advance(59)
  expect(second.error).toBeUndefined()
  await clock.advance(1)
  expect(second.error).toBeInstanceOf(TimeoutError)
})

test('no timer lives while nothing is in flight, or without a limit', async () => {
  const clock = new ManualClock()
  const inFlight = new InFlight(clock, 100)
  new Call(inFlight).end()
  expect(clock.pendingTimers).toBe(0)
  const unlimited = new Call(new InFlight(clock, Infinity))
  expect(clock.pendingTimers).toBe(0)
  unlimited.end()
})

test('drain waits for the last, and cancels what is left after the grace time', async () => {
  const clock = new ManualClock()
  const inFlight = new InFlight(clock, Infinity)
  await inFlight.drain(10, 'unused')
  const calls = [new Call(inFlight), new Call(inFlight)]
  const drained = inFlight.drain(50, 'reason')
  await clock.advance(49)
  calls[0]?.end()
  expect(calls[1]?.error).toBeUndefined()
  await clock.advance(1)
  await drained
  expect([calls[1]?.error, inFlight.count, clock.pendingTimers]).toEqual(['reason', 0, 0])
})

test('calls may leave in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100), { maxLength: 40 }), picks => {
      const inFlight = new InFlight(new ManualClock(), 100)
      const calls = picks.map(() => new Call(inFlight))
      for (const pick of picks) calls.splice(pick % calls.length, 1)[0]?.end()
      expect(inFlight.count).toBe(0)
    }),
  )
})
