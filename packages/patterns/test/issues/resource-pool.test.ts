import { ResourcePool, Timeout } from 'async-patterns'
import type { Context } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

test('resource pool: the late work of a sibling under one context keeps no resource', async () => {
  const clock = new ManualClock()
  const timeout = new Timeout({ timeoutMs: 1, clock })
  const outer = await new Promise<Context>(resolve => void timeout.execute(resolve))
  outer.waitUntil(new Promise(() => undefined))
  const pool = new ResourcePool({ create: () => 'resource', max: 1, clock })
  await pool.use(() => undefined, outer)
  expect(pool.active).toBe(0)
})
