import { Deferred } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import type { MintedToken, Tokens } from '../../../../src/acquisition/fetch/auth/tokens.js'
import { learningTokens, MemoryTokens } from '../../../../src/acquisition/fetch/auth/tokens.js'
import { Secrets } from '../../../../src/acquisition/secrets/secrets.js'

describe('MemoryTokens', () => {
  let clock: ManualClock
  let secrets: Secrets
  let tokens: Tokens
  let minted: number
  const mint = async (): Promise<MintedToken> => {
    minted += 1
    return { value: `token-${minted}`, expiresAt: clock.wallNow() + 3_600_000 }
  }

  beforeEach(() => {
    clock = new ManualClock()
    secrets = new Secrets()
    tokens = learningTokens(new MemoryTokens(clock), secrets)
    minted = 0
  })

  test('A-13 mints once for all who ask at once, and once more for all whose token was refused', async () => {
    const first = await Promise.all(Array.from({ length: 50 }, () => tokens.token('shop', mint)))
    expect([new Set(first).size, minted]).toEqual([1, 1])
    const again = await Promise.all(first.map(refused => tokens.token('shop', mint, refused)))
    expect([...new Set(again)]).toEqual(['token-2'])
    // One that comes late with the old token gets the new one.
    expect(await tokens.token('shop', mint, 'token-1')).toBe('token-2')
  })

  test('renews before a token expires', async () => {
    await tokens.token('shop', mint)
    await clock.advance(3_569_000)
    expect(await tokens.token('shop', mint)).toBe('token-1')
    await clock.advance(2_000)
    expect(await tokens.token('shop', mint)).toBe('token-2')
  })

  test('A-14 what was minted is a secret at once', async () => {
    const token = await tokens.token('shop', mint)
    expect(secrets.redact(`the server said ${token}`)).toBe('the server said [redacted]')
    expect(secrets.credentials).toContain(token)
  })

  test('a mint that throws at once is tried again by the next who asks', async () => {
    const broken = (): never => {
      throw new Error('no token')
    }
    await expect(tokens.token('shop', broken)).rejects.toThrow('no token')
    expect(await tokens.token('shop', mint)).toBe('token-1')
  })

  test('a failure is told to all who waited, and the next who asks tries again', async () => {
    const gate = new Deferred<MintedToken>()
    const waiting = [1, 2].map(() => tokens.token('shop', () => gate.promise))
    gate.reject(new Error('no token'))
    const outcomes = await Promise.allSettled(waiting)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await tokens.token('shop', mint)).toBe('token-1')
  })
})
