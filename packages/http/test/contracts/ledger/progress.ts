import { describe, expect, test } from 'vitest'
import { pageOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

/** How far a run and its streams have come. */
export function describeProgress(rig: LedgerRig): void {
  describe('progress', () => {
    const error = { code: 'HTTP_404', message: 'no', at: 0 }
    const openPages = async (): Promise<number> => (await rig.run.openPages()).openPages

    test('tells with each commit and failure how many pages are open, of the run and of the stream', async () => {
      expect(await openPages()).toBe(2)
      const [a, b] = [await rig.claim('a:page=1'), await rig.claim('b:page=1')]
      const next = [pageOf('a', 2), pageOf('a', 3), pageOf('a', 2)]
      const records = { records: [], rejects: [], warnings: 0, redactions: 0, bytes: 1 }
      const answer = await rig.run.commit([{ claim: a, ...records, next }])
      expect(answer).toEqual({ results: ['done'], openPages: 3, openPagesOf: new Map([['a', 2]]) })
      expect(await rig.run.fail(b, error)).toEqual({ openPages: 2 })
      expect(await rig.run.fail(b, error)).toEqual({ openPages: 2 })
      await rig.commit('a:page=2', [])
      expect(await openPages()).toBe(1)
      await rig.commit('a:page=3', [])
      expect(await openPages()).toBe(0)
    })

    test('a page that is given back is still open, and after a restart the count is the same', async () => {
      await rig.run.giveBack(await rig.claim('a:page=1'), { notBefore: 0, spendsTry: false })
      expect(await openPages()).toBe(2)
      await rig.commit('a:page=1', [], { next: [pageOf('a', 2)] })
      await rig.reopen()
      expect(await openPages()).toBe(2)
    })

    test('pages of a stream that was ended count no longer, and wait for the next run', async () => {
      await rig.commit('a:page=1', [], { next: [pageOf('a', 2)] })
      expect(await rig.run.endStream('a', 'GAVE_UP')).toEqual({ openPages: 1 })
      expect(await rig.pending('a')).toEqual([])
      expect(await rig.run.fail(await rig.claim('b:page=1'), error)).toEqual({ openPages: 0 })
      expect(await rig.run.end('finished')).toBe('partial')
      await rig.reopen()
      expect(await openPages()).toBe(2)
      expect(await rig.pending('a')).toEqual([pageOf('a', 2)])
    })

    test('a commit may bring children of another stream', async () => {
      await rig.commit('a:page=1', [], { next: [pageOf('b', 7, { partition: { parent: 'x' } })] })
      expect(await rig.pending('b')).toEqual([pageOf('b', 1), pageOf('b', 7, { partition: { parent: 'x' } })])
      expect(await openPages()).toBe(2)
    })

    test('keeps a page whole: state, partition and window', async () => {
      const window = { since: '2026-01-01', until: '2026-02-01' }
      const page = pageOf('a', 2, {
        state: { cursor: 'c', empties: 2 },
        partition: { 'parent.id': '7' },
        window,
      })
      await rig.commit('a:page=1', [], { next: [page] })
      await rig.reopen()
      expect(await rig.pending('a')).toEqual([page])
    })

    test('A-2 a cursor moves in the transaction that commits its rows, and outlives the run', async () => {
      expect(await rig.run.cursor('a')).toBeUndefined()
      const late = await rig.claim('a:page=1')
      await rig.clock.advance(30_000)
      const cursor = { partition: '', state: { since: '5' } }
      await rig.commit('a:page=1', [], { cursor })
      await rig.commit('b:page=1', [], { cursor: { partition: 'p', state: { since: '9' } } })
      const stale = { partition: '', state: { since: '1' } }
      const nothing = { records: [], rejects: [], warnings: 0, redactions: 0, bytes: 0, next: [] }
      await rig.run.commit([{ claim: late, ...nothing, cursor: stale }])
      await rig.finish()
      await rig.reopen()
      expect(await rig.run.cursor('a')).toEqual({ since: '5' })
      expect([await rig.run.cursor('b'), await rig.run.cursor('b', 'p')]).toEqual([undefined, { since: '9' }])
    })

    test('tells all departures in the order of their moments', async () => {
      const row = (at: number, attempt: number) => ({ stream: 'a', pageId: 'a:page=1', attempt, at })
      const rows = Array.from({ length: 2_500 }, (_, index) => row(index >> 1, index))
      const shuffled = [...rows.slice(1_200), ...rows.slice(0, 1_200)]
      await rig.run.log({ departures: shuffled, failures: [], transitions: [] })
      const told = []
      for await (const departure of rig.run.departures()) told.push(departure)
      expect(told.map(({ at }) => at)).toEqual(rows.map(({ at }) => at))
      expect(new Set(told.map(({ attempt }) => attempt)).size).toBe(2_500)
    })
  })
}
