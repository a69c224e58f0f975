import { type Context, ResourcePool, Timeout } from 'async-patterns'
import { expect, test } from 'vitest'

test('resource pool: the late work of a sibling under one context keeps no resource', async () => {
  const outer = await new Promise<Context>(resolve => void new Timeout({ timeoutMs: 1 }).execute(resolve))
  outer.waitUntil(new Promise(() => undefined))
  const pool = new ResourcePool({ create: () => 'resource', max: 1 })
  await pool.use(() => undefined, outer)
  expect(pool.active).toBe(0)
})
