import { expect, test } from 'vitest'
import { DelayQueue } from '../../src/mock/delay-queue.js'

function busyFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('each runs when it is due, never early, in the order of due times', async () => {
  const queue = new DelayQueue()
  const ran: { earliest: number; latest: number; at: number }[] = []
  const delays = Array.from({ length: 500 }, (_, nth) => (nth * 7919) % 60)
  await new Promise<void>(resolve => {
    for (const delayMs of delays) {
      const earliest = performance.now() + delayMs
      queue.after(delayMs, () => {
        ran.push({ earliest, latest, at: performance.now() })
        if (ran.length === delays.length) resolve()
      })
      const latest = performance.now() + delayMs
    }
  })
  let passed = 0
  for (const { earliest, latest, at } of ran) {
    expect(at).toBeGreaterThanOrEqual(earliest)
    expect(latest).toBeGreaterThanOrEqual(passed)
    passed = Math.max(passed, earliest)
  }
})

test('a loop that was busy when it was set makes none early', async () => {
  const queue = new DelayQueue()
  await new Promise(setImmediate)
  busyFor(20)
  const startedAt = performance.now()
  await new Promise<void>(resolve => queue.after(10, resolve))
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(10)
})

test('an earlier one that comes later runs first; what is cleared never runs', async () => {
  const queue = new DelayQueue()
  const order: string[] = []
  await new Promise<void>(resolve => {
    queue.after(30, () => order.push('late'))
    queue.after(1, () => order.push('early'))
    queue.after(31, resolve)
  })
  expect(order).toEqual(['early', 'late'])
  queue.after(1, () => order.push('cleared'))
  queue.clear()
  await new Promise<void>(resolve => queue.after(5, resolve))
  expect(order).toEqual(['early', 'late'])
})
