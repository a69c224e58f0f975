import { Chaos, Fallback } from 'async-patterns'
import type { Policy } from 'async-patterns'
import { expect, test } from 'vitest'

const POLICIES: readonly (readonly [string, Policy<unknown, unknown>])[] = [
  ['fallback', new Fallback({ fallback: 'instead' })],
  ['chaos', new Chaos()],
]

test.each(POLICIES)('%s: an already aborted signal runs nothing', async (_name, policy) => {
  const reason = new Error('given up')
  let hasRun = false
  const call = policy.execute(() => void (hasRun = true), { signal: AbortSignal.abort(reason) })
  await expect(call).rejects.toBe(reason)
  expect(hasRun).toBe(false)
})
