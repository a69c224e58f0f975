import type { BreakerTransitionEvent } from 'async-patterns'
import { BreakerOpenError } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { HttpStatusError } from '../../../src/acquisition/fetch/http-status-error.js'
import { EmbeddedHealth } from '../../../src/acquisition/fetch/stream-health.js'
import type { StreamHealth } from '../../../src/acquisition/fetch/stream-health.js'

const LIMITS = { breaker: { failureThreshold: 3, openStateDurationMs: 5_000 }, giveUpAfterMs: 30_000 }

describe('the health of streams that share an endpoint', () => {
  let clock: ManualClock
  let moves: string[]
  let of: (name: string) => StreamHealth

  const fails = (name: string, status = 500): Promise<unknown> =>
    of(name)
      .breaker.execute(async () => {
        throw new HttpStatusError({ statusCode: status, action: status < 500 ? 'fail' : 'retry' })
      })
      .catch((error: unknown) => error)
  const works = (name: string): Promise<unknown> =>
    of(name)
      .breaker.execute(async () => 'page')
      .catch((error: unknown) => error)

  /** Each stream asks again whenever it may, those that are broken in vain. */
  const untilGivenUp = async (name: string): Promise<void> => {
    while (!of(name).hasFailed) {
      const error = await fails(name)
      await clock.advance(error instanceof BreakerOpenError ? of(name).pauseMs(error) : 1)
    }
  }

  beforeEach(() => {
    clock = new ManualClock()
    moves = []
    const streams = ['a', 'b', 'c', 'd'].map(name => ({ name, limits: LIMITS }))
    const strict = {
      name: 'e',
      limits: { ...LIMITS, breaker: { failureThreshold: 5, openStateDurationMs: 7_000 } },
    }
    const onTransition = ({ from, to }: BreakerTransitionEvent) => moves.push(`${from}>${to}`)
    const healths = new EmbeddedHealth(clock).healthOf([...streams, strict], onTransition)
    of = name => healths.get(name) as StreamHealth
  })

  test('N-23b one breaker stops them all, at the strictest of their limits', async () => {
    await fails('a')
    await fails('b')
    await fails('c')
    expect(await works('d')).toBeInstanceOf(BreakerOpenError)
    await clock.advance(6_999)
    expect(await works('d')).toBeInstanceOf(BreakerOpenError)
    await clock.advance(1)
    expect(await works('d')).toBe('page')
    expect(moves).toEqual(['closed>open', 'open>half-open', 'half-open>closed'])
  })

  test('N-23b a stream that fails alone is given up alone; the others get their turn then, without a busy loop', async () => {
    await works('b')
    await untilGivenUp('a')
    expect(clock.now()).toBeGreaterThanOrEqual(30_000)
    expect(of('b').hasFailed).toBe(false)
    const error = (await works('b')) as BreakerOpenError
    expect(error).toBeInstanceOf(BreakerOpenError)
    expect(of('b').pauseMs(error)).toBeGreaterThan(1_000)
    await clock.advance(of('b').pauseMs(error))
    expect(await works('b')).toBe('page')
    expect([of('a').hasFailed, of('b').hasFailed]).toEqual([false, false])
  })

  test('N-23b its own failure in its own turn gives the next one up too', async () => {
    await untilGivenUp('a')
    await clock.advance(7_000)
    await fails('b', 404)
    expect(of('b').hasFailed).toBe(false)
    await clock.advance(7_000)
    await untilGivenUp('b')
    expect(of('b').hasFailed).toBe(true)
  })

  test('N-23b an origin that is down is given up by all at once, however many they are', async () => {
    await fails('a')
    await fails('a')
    await fails('a')
    for (const name of ['a', 'b', 'c']) {
      await clock.advance(7_000)
      await fails(name)
    }
    expect(of('d').hasFailed).toBe(false)
    await clock.advance(10_000)
    expect(['a', 'b', 'c', 'd', 'e'].map(name => of(name).hasFailed)).toEqual([true, true, true, true, true])
  })
})
