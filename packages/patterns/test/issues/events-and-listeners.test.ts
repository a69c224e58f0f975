import { CircuitBreaker, ResourcePool } from 'async-patterns'
import type { BreakerEvent } from 'async-patterns'
import { expect, test } from 'vitest'

test('events: a listener that causes another event does not turn their order round for the next listener', () => {
  const breaker = new CircuitBreaker()
  const seen: string[] = []
  breaker.subscribe(event => {
    if (event.type === 'transition' && event.to === 'open') breaker.reset()
  })
  breaker.subscribe((event: BreakerEvent) => {
    if (event.type === 'transition') seen.push(`${event.from} to ${event.to}`)
  })
  breaker.forceOpen()
  expect(seen).toEqual(['closed to open', 'open to closed'])
})

test('resource pool: a listener that borrows does not make it exceed its maximum', async () => {
  let live = 0
  let most = 0
  const pool = new ResourcePool({
    max: 1,
    create: () => {
      live += 1
      most = Math.max(most, live)
      return live
    },
    destroy: () => void (live -= 1),
  })
  const borrowed: Promise<unknown>[] = []
  pool.subscribe(({ type }) => {
    if (type === 'create' && borrowed.length === 0) borrowed.push(pool.use(() => undefined))
  })
  await pool.use(() => undefined)
  await Promise.all(borrowed)
  expect(most).toBe(1)
  await pool.close()
})
