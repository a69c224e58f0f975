import { Deferred } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import type { PageRef } from '../../../src/acquisition/ledger/page.js'
import { EmbeddedQueue } from '../../../src/acquisition/queue/embedded-queue.js'
import { pageOf } from '../../contracts/ledger-contract.js'

/** A ledger's open pages, of which few are read at once. */
class OpenPages {
  readonly reads: number[] = []
  #pages: PageRef[]

  constructor(count: number) {
    this.#pages = Array.from({ length: count }, (_, index) => pageOf('a', index + 1))
  }

  get left(): number {
    return this.#pages.length
  }

  add(page: PageRef): void {
    this.#pages.push(page)
  }

  done({ id }: PageRef): void {
    this.#pages = this.#pages.filter(page => page.id !== id)
  }

  readonly pending = async (_stream: string, after?: Pick<PageRef, 'ordinal' | 'id'>): Promise<PageRef[]> => {
    const portion = this.#pages.filter(({ ordinal }) => ordinal > (after?.ordinal ?? 0)).slice(0, 20)
    this.reads.push(portion.length)
    return portion
  }
}

const streams = [{ name: 'a', concurrency: 3 }]

describe('EmbeddedQueue over a ledger', () => {
  test('reads pending pages portion by portion, and hands each out once', async () => {
    const ledger = new OpenPages(95)
    await using queue = new EmbeddedQueue({ streams, pending: ledger.pending, capacity: 10 })
    const stop = new AbortController()
    const handled: number[] = []
    await queue.consume(
      async page => {
        await Promise.resolve()
        handled.push(page.ordinal)
        ledger.done(page)
        if (ledger.left === 0) stop.abort()
        return undefined
      },
      { signal: stop.signal },
    )
    expect(handled.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 95 }, (_, index) => index + 1))
    expect(ledger.reads.length).toBeGreaterThan(9)
  })

  test('a page that is added while the heap is full, or while a portion is read, is not lost', async () => {
    const clock = new ManualClock()
    const ledger = new OpenPages(12)
    await using queue = new EmbeddedQueue({ streams, pending: ledger.pending, capacity: 5, clock })
    const stop = new AbortController()
    const handled = new Set<string>()
    const consumed = queue.consume(
      async page => {
        handled.add(page.id)
        ledger.done(page)
        if (page.ordinal <= 12) {
          const next = pageOf('a', page.ordinal + 100)
          ledger.add(next)
          await queue.add([next])
        }
        return undefined
      },
      { signal: stop.signal },
    )
    await clock.flush()
    await clock.advance(10)
    stop.abort()
    await consumed
    expect(handled.size).toBe(24)
    expect(ledger.left).toBe(0)
  })

  test('pages in hand and pages that wait for their moment are passed over, and not read for ever', async () => {
    const clock = new ManualClock()
    const ledger = new OpenPages(30)
    await using queue = new EmbeddedQueue({ streams, pending: ledger.pending, capacity: 40, clock })
    const stop = new AbortController()
    const never = new Deferred<undefined>()
    const consumed = queue.consume(
      async page => (page.ordinal === 1 ? await never.promise : { notBefore: clock.wallNow() + 60_000 }),
      { signal: stop.signal },
    )
    await clock.advance(1_000)
    const { length } = ledger.reads
    await clock.advance(50_000)
    expect(ledger.reads).toHaveLength(length)
    never.resolve(undefined)
    stop.abort()
    await consumed
  })

  test('holds no more than its capacity, however many pages wait for their moment', async () => {
    const clock = new ManualClock()
    const ledger = new OpenPages(500)
    await using queue = new EmbeddedQueue({ streams, pending: ledger.pending, capacity: 10, clock })
    const stop = new AbortController()
    const handled = new Set<string>()
    const consumed = queue.consume(
      async page => {
        handled.add(page.id)
        return { notBefore: clock.wallNow() + 60_000 }
      },
      { signal: stop.signal },
    )
    await clock.advance(30_000)
    expect(handled.size).toBeLessThanOrEqual(20)
    stop.abort()
    await consumed
  })

  test('reads a portion again that could not be read', async () => {
    let fails = true
    const pending = async (): Promise<PageRef[]> => {
      if (fails) throw new Error('the disk is full')
      return handled.length === 0 ? [pageOf('a', 1)] : []
    }
    await using queue = new EmbeddedQueue({ streams, pending })
    const stop = new AbortController()
    const handled: string[] = []
    const handle = async (page: PageRef) => {
      handled.push(page.id)
      stop.abort()
      return undefined
    }
    await expect(queue.consume(handle, { signal: stop.signal })).rejects.toThrow('the disk is full')
    fails = false
    await queue.consume(handle, { signal: stop.signal })
    expect(handled).toEqual(['a:page=1'])
  })

  test('ends with what kept a portion from being read', async () => {
    const pending = () => Promise.reject(new Error('the disk is full'))
    await using queue = new EmbeddedQueue({ streams, pending })
    const consumed = queue.consume(async () => undefined, { signal: new AbortController().signal })
    await expect(consumed).rejects.toThrow('the disk is full')
  })
})
