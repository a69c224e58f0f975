import { CircuitBreaker, Deferred } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

test('a timeout outside is a failure by its code, for a minifier changes the names of classes', async () => {
  const breaker = new CircuitBreaker({ clock: new ManualClock() })
  const controller = new AbortController()
  const work = new Deferred<void>()
  const call = breaker.execute(() => work.promise, controller)
  const minified = Object.assign(new Error('too long'), { name: 'e', code: 'TIMEOUT' })
  controller.abort(minified)
  work.reject(minified)
  await expect(call).rejects.toBe(minified)
  expect(breaker.metrics()).toMatchObject({ calls: 1, failures: 1 })
})
