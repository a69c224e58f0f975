import { AdaptiveLimiter, CircuitBreaker, Fallback, RetryPolicy } from 'async-patterns'
import type { Policy } from 'async-patterns'
import { describe, expect, test } from 'vitest'

class Connection implements Disposable {
  isOpen = true;
  [Symbol.dispose](): void {
    this.isOpen = false
  }
}

const judge = (): never => {
  throw new Error('cannot judge')
}

const POLICIES: readonly (readonly [string, Policy])[] = [
  ['retry', new RetryPolicy({ retryWhen: judge })],
  ['circuit breaker', new CircuitBreaker({ classify: judge })],
  ['adaptive limiter', new AdaptiveLimiter({ classify: judge })],
  ['fallback', new Fallback({ fallback: undefined as never, when: judge })],
]

describe.each(POLICIES)('%s', (_name, policy) => {
  test('discards the value when its judge throws, for nobody gets it', async () => {
    const connection = new Connection()
    await expect(policy.execute(() => connection)).rejects.toThrow('cannot judge')
    expect(connection.isOpen).toBe(false)
  })
})

describe('fallback: a value that is replaced', () => {
  const when = (): boolean => true

  test('is still whole while the replacement is made from it, and discarded after that', async () => {
    const connection = new Connection()
    const seen: boolean[] = []
    const policy = new Fallback({
      when,
      fallback: async () => {
        await Promise.resolve()
        seen.push(connection.isOpen)
        return 'instead'
      },
    })
    expect(await policy.execute(() => connection)).toBe('instead')
    expect(seen).toEqual([true])
    expect(connection.isOpen).toBe(false)
  })

  test('is kept when the replacement is that very value', async () => {
    const connection = new Connection()
    const policy = new Fallback({ when, fallback: () => connection })
    expect(await policy.execute(() => connection)).toBe(connection)
    expect(connection.isOpen).toBe(true)
  })
})
