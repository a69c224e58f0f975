import { Deferred } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { LedgerWriter } from '../../../src/acquisition/run/ledger-writer.js'
import type { Journal, Run } from '../../../src/acquisition/ledger/ledger.js'
import type { PageCommit } from '../../../src/acquisition/ledger/page.js'
import { commitOf, pageOf } from '../../contracts/ledger/ledger-rig.js'

describe('LedgerWriter', () => {
  const row = (attempt: number) => ({ stream: 'a', pageId: 'a:page=1', attempt, at: 0 })

  test('writes all of one turn at once, in order, and flush waits for it', async () => {
    const written: Journal[] = []
    const run = { log: async (journal: Journal) => void written.push(journal) } as unknown as Run
    const journal = new LedgerWriter(run, () => undefined)
    journal.departure(row(1))
    journal.departure(row(2))
    journal.transition({ stream: 'a', from: 'closed', to: 'open', at: 0, cause: 'x' })
    await journal.flush()
    await journal.flush()
    expect(written).toHaveLength(1)
    expect(written[0]?.departures.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(written[0]?.transitions).toHaveLength(1)
  })

  test('tells what could not be written', async () => {
    const errors: unknown[] = []
    const run = { log: () => Promise.reject(new Error('full')) } as unknown as Run
    const journal = new LedgerWriter(run, error => errors.push(error))
    journal.departure(row(1))
    await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setImmediate(resolve))
    expect(errors).toEqual([new Error('full')])
    await expect(journal.flush()).rejects.toThrow('full')
  })

  const commit = (ordinal: number): PageCommit =>
    commitOf({ page: pageOf('a', ordinal), worker: 'one', fence: ordinal }, [])

  /** Each write ends when its deferred does. */
  function slowRun() {
    const writes: { readonly pages: readonly PageCommit[]; readonly journal: Journal | undefined }[] = []
    const ends: Deferred<void>[] = []
    const run: Pick<Run, 'log' | 'commit'> = {
      log: journal => run.commit([], journal).then(() => undefined),
      commit: async (pages, journal) => {
        writes.push({ pages, journal })
        const end = new Deferred<void>()
        ends.push(end)
        await end.promise
        const results = pages.map(({ claim }) => (claim.fence === 2 ? 'stale' : 'done'))
        return { results, openPages: 7, openPagesOf: new Map([['a', 3]]) }
      },
    }
    return { run, writes, ends }
  }
  const turn = () => new Promise(resolve => setImmediate(resolve))

  test('writes the pages of a turn and what happened on the wire in one transaction', async () => {
    const { run, writes, ends } = slowRun()
    const writer = new LedgerWriter(run, () => undefined)
    const first = [writer.commit(commit(1)), writer.commit(commit(2))]
    writer.departure(row(1))
    await turn()
    // These come while it writes: they wait, all of them.
    const later = writer.commit(commit(3))
    await turn()
    writer.departure(row(2))
    const last = writer.commit(commit(4))
    await turn()
    expect(writes.map(({ pages, journal }) => [pages.length, journal?.departures.length])).toEqual([[2, 1]])
    ends[0]?.resolve()
    expect(await Promise.all(first)).toEqual([
      { result: 'done', openPages: 7, openPagesOfStream: 3 },
      { result: 'stale', openPages: 7, openPagesOfStream: 3 },
    ])
    await turn()
    expect(writes.slice(1).map(({ pages, journal }) => [pages.length, journal?.departures.length])).toEqual([
      [2, 1],
    ])
    ends[1]?.resolve()
    await Promise.all([later, last])
  })

  test('no transaction holds more than 200 pages', async () => {
    const { run, writes, ends } = slowRun()
    const writer = new LedgerWriter(run, () => undefined)
    const pages = Array.from({ length: 450 }, (_, index) => writer.commit(commit(index + 1)))
    for (let write = 0; write < 3; write += 1) {
      await turn()
      ends[write]?.resolve()
      await turn()
    }
    await Promise.all(pages)
    expect(writes.map(({ pages: held }) => held.length)).toEqual([200, 200, 50])
  })

  test('a page that cannot be written is told so, and so are all that come after', async () => {
    const errors: unknown[] = []
    const run = { commit: () => Promise.reject(new Error('full')) } as unknown as Run
    const writer = new LedgerWriter(run, error => errors.push(error))
    await expect(writer.commit(commit(1))).rejects.toThrow('full')
    await expect(writer.commit(commit(2))).rejects.toThrow('full')
    expect(errors).toEqual([new Error('full'), new Error('full')])
  })
})
