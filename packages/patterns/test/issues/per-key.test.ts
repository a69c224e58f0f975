import { perKey } from 'async-patterns'
import { expect, test } from 'vitest'

test('per key: a few old entries that stay busy do not keep the others from being dropped', () => {
  const registry = perKey((key: number) => ({ idle: key >= 16 }), { maxKeys: 32 })
  for (let key = 0; key < 10_000; key += 1) registry.get(key)
  expect(registry.size).toBeLessThanOrEqual(32)
  for (let key = 0; key < 16; key += 1) expect([...registry].some(([kept]) => kept === key)).toBe(true)
})
