import { DeadlineQueue } from 'async-patterns'
import type { Expiring } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

class Entry implements Expiring {
  previous: Expiring | undefined = undefined
  next: Expiring | undefined = undefined
  readonly deadlineAt: number
  readonly expire: () => void

  constructor(deadlineAt: number, expire: () => void) {
    this.deadlineAt = deadlineAt
    this.expire = expire
  }
}

test('ends each at its own time under one timer, and keeps none when it is empty', async () => {
  const clock = new ManualClock()
  const queue = new DeadlineQueue(clock)
  const ended: number[] = []
  const entries = [10, 20, 30].map(at => new Entry(at, () => ended.push(clock.now())))
  for (const entry of entries) queue.add(entry, entry.deadlineAt)
  expect(clock.pendingTimers).toBe(1)
  expect(queue.first).toBe(entries[0])
  expect(queue.remove(entries[1] as Entry)).toBe(true)
  await clock.advance(30)
  expect(ended).toEqual([10, 30])
  expect(queue.remove(entries[0] as Entry)).toBe(false)
  expect([queue.size, clock.pendingTimers]).toEqual([0, 0])
})

test('sets no timer for those who have no deadline', () => {
  const clock = new ManualClock()
  const queue = new DeadlineQueue(clock)
  const entry = new Entry(Infinity, () => undefined)
  queue.add(entry, Infinity)
  expect([queue.size, clock.pendingTimers]).toEqual([1, 0])
  queue.remove(entry)
  expect(queue.size).toBe(0)
})

test('who enters while another expires does not take the timer from those before it', async () => {
  const clock = new ManualClock()
  const queue = new DeadlineQueue(clock)
  const ended: number[] = []
  const note = (): void => void ended.push(clock.now())
  const first = new Entry(100, () => {
    note()
    queue.add(new Entry(200, note), 100)
  })
  queue.add(first, 100)
  await clock.advance(50)
  queue.add(new Entry(150, note), 100)
  await clock.advance(1_000)
  expect(ended).toEqual([100, 150, 200])
  expect(clock.pendingTimers).toBe(0)
})
