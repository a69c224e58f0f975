import { Deferred } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PageRef } from '../../src/acquisition/ledger/page.js'
import type { PageQueue } from '../../src/acquisition/queue/page-queue.js'
import { pageOf } from './ledger-contract.js'

export interface QueuePlace {
  /** A queue that handles `perStream` pages of each of these streams at once. */
  open(clock: ManualClock, perStream: number, streams: readonly string[]): Promise<PageQueue>
  remove(): Promise<void>
}

/** What every PageQueue must do, whatever delivers its pages. */
export function describePageQueue(name: string, makePlace: () => Promise<QueuePlace>): void {
  describe(`page queue contract: ${name}`, () => {
    let place: QueuePlace
    let clock: ManualClock
    let queue: PageQueue
    let stop: AbortController
    let handled: string[]
    const note = async (page: PageRef): Promise<undefined> => void handled.push(page.id)

    beforeEach(async () => {
      place = await makePlace()
      clock = new ManualClock()
      queue = await place.open(clock, 2, ['a', 'b', 'c', 'dead'])
      stop = new AbortController()
      handled = []
    })
    afterEach(async () => {
      await queue[Symbol.asyncDispose]()
      await place.remove()
    })

    test('delivers what was added before and what is added later, earlier ordinals first', async () => {
      await queue.add([pageOf('a', 3), pageOf('a', 1), pageOf('a', 2)])
      const consumed = queue.consume(note, { signal: stop.signal })
      await clock.flush()
      await queue.add([pageOf('a', 4)])
      await clock.flush()
      stop.abort()
      await consumed
      expect(handled).toEqual([1, 2, 3, 4].map(ordinal => pageOf('a', ordinal).id))
    })

    test('takes a page once while it is queued or handled, and again when it is done with', async () => {
      const gate = new Deferred<undefined>()
      await queue.add([pageOf('a', 1), pageOf('a', 1)])
      const consumed = queue.consume(
        page => {
          handled.push(page.id)
          return gate.promise
        },
        { signal: stop.signal },
      )
      await queue.add([pageOf('a', 1)])
      await clock.flush()
      expect(handled).toHaveLength(1)
      gate.resolve(undefined)
      await clock.flush()
      await queue.add([pageOf('a', 1)])
      await clock.flush()
      expect(handled).toHaveLength(2)
      stop.abort()
      await consumed
    })

    test('holds a page back until its moment without holding back others', async () => {
      const notBefore = clock.wallNow() + 3_000
      await queue.add([pageOf('a', 1, { notBefore }), pageOf('a', 2)])
      const consumed = queue.consume(note, { signal: stop.signal })
      await clock.advance(2_999)
      expect(handled).toEqual(['a:page=2'])
      await clock.advance(1)
      expect(handled).toEqual(['a:page=2', 'a:page=1'])
      stop.abort()
      await consumed
    })

    test('waits as long when the wall clock is set back or forward meanwhile', async () => {
      const notBefore = clock.wallNow() + 3_000
      await queue.add([pageOf('a', 1, { notBefore }), pageOf('b', 1)])
      const consumed = queue.consume(
        async page => {
          if (page.stream !== 'b' || handled.includes('b:page=1')) return note(page)
          void note(page)
          return { notBefore: clock.wallNow() + 2_000 }
        },
        { signal: stop.signal },
      )
      await clock.flush()
      clock.jumpWall(-3_600_000)
      await clock.advance(2_000)
      expect(handled).toEqual(['b:page=1', 'b:page=1'])
      clock.jumpWall(86_400_000)
      await clock.advance(999)
      expect(handled).toHaveLength(2)
      await clock.advance(1)
      expect(handled).toEqual(['b:page=1', 'b:page=1', 'a:page=1'])
      stop.abort()
      await consumed
    })

    test('delivers again at the moment that the handler names, and after a pause when it rejects', async () => {
      await queue.add([pageOf('a', 1), pageOf('b', 1)])
      const moments: Record<string, number[]> = { 'a:page=1': [], 'b:page=1': [] }
      const consumed = queue.consume(
        async page => {
          const seen = moments[page.id] as number[]
          seen.push(clock.now())
          if (seen.length > 1) return undefined
          if (page.stream === 'b') throw new Error('handler failed')
          return { notBefore: clock.wallNow() + 500 }
        },
        { signal: stop.signal },
      )
      await clock.advance(10_000)
      expect(moments['a:page=1']).toEqual([0, 500])
      expect(moments['b:page=1']).toHaveLength(2)
      expect(moments['b:page=1']?.[1]).toBeGreaterThan(0)
      stop.abort()
      await consumed
    })

    test('A-5 lets no stream block another', async () => {
      const never = new Deferred<undefined>()
      await queue.add([1, 2, 3, 4].map(ordinal => pageOf('dead', ordinal)))
      const consumed = queue.consume(page => (page.stream === 'dead' ? never.promise : note(page)), {
        signal: stop.signal,
      })
      await queue.add([1, 2, 3, 4].map(ordinal => pageOf('live', ordinal)))
      await clock.flush()
      expect(handled).toHaveLength(4)
      never.resolve(undefined)
      stop.abort()
      await consumed
    })

    test('handles no more of a stream at once than it may, nor more in all than the consumer wants', async () => {
      const gates: Deferred<undefined>[] = []
      const atWork = new Map<string, number>()
      let most = 0
      for (const stream of ['a', 'b', 'c']) {
        await queue.add([1, 2, 3].map(ordinal => pageOf(stream, ordinal)))
      }
      const consumed = queue.consume(
        async page => {
          atWork.set(page.stream, (atWork.get(page.stream) ?? 0) + 1)
          expect(atWork.get(page.stream)).toBeLessThanOrEqual(2)
          most = Math.max(
            most,
            [...atWork.values()].reduce((sum, count) => sum + count, 0),
          )
          const gate = new Deferred<undefined>()
          gates.push(gate)
          await gate.promise
          atWork.set(page.stream, (atWork.get(page.stream) as number) - 1)
          return note(page)
        },
        { signal: stop.signal, concurrency: 3 },
      )
      while (handled.length < 9) {
        await clock.flush()
        gates.shift()?.resolve(undefined)
      }
      expect(most).toBe(3)
      stop.abort()
      await consumed
    })

    test('A-17 ends when it is stopped and the pages in hand are handled, and leaves the others', async () => {
      const gate = new Deferred<undefined>()
      await queue.add([1, 2, 3].map(ordinal => pageOf('a', ordinal)))
      const consumed = queue.consume(
        async page => {
          await gate.promise
          return note(page)
        },
        { signal: stop.signal },
      )
      let ended = false
      void consumed.then(() => {
        ended = true
      })
      stop.abort()
      await clock.flush()
      expect(ended).toBe(false)
      gate.resolve(undefined)
      await consumed
      expect(handled).toEqual(['a:page=1', 'a:page=2'])
      expect(clock.pendingTimers).toBe(0)
    })

    test('tells the pages in hand when it is disposed', async () => {
      await queue.add([pageOf('a', 1)])
      let told = false
      const consumed = queue.consume(
        (_page, { signal }) =>
          new Promise(resolve => {
            signal.addEventListener('abort', () => {
              told = true
              resolve(undefined)
            })
          }),
        { signal: stop.signal },
      )
      await clock.flush()
      await queue[Symbol.asyncDispose]()
      await consumed
      expect(told).toBe(true)
    })
  })
}
