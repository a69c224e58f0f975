import type { RunBeginning } from '../../../src/acquisition/ledger/ledger.js'
import { describe, expect, test } from 'vitest'
import { pageOf, planOf } from './ledger-rig.js'
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

    test('A-2 what a part has come to moves with the commit of its last page, and outlives the run', async () => {
      const cursor = (value?: string) => ({ cursor: { field: 'at', type: 'number', value } }) as const
      const of = (part: string, ordinal: number) => pageOf('a', ordinal, { part })
      const next = [of('p', 2), of('p', 3), of('q', 4), of('q', 5), of('r', 6)]
      await rig.commit('a:page=1', [], { next })
      const late = await rig.claim('a:page=2')
      await rig.clock.advance(30_000)
      await rig.commit('a:page=2', [], cursor('10'))
      const nothing = { records: [], rejects: [], warnings: 0, redactions: 0, bytes: 0, next: [] }
      await rig.run.commit([{ claim: late, ...nothing, ...cursor('99') }])
      expect(await rig.run.cursor('a', 'p')).toBeUndefined()
      await rig.commit('a:page=3', [], cursor('9'))
      // One failed, one led back: neither part is taken for whole.
      await rig.commit('a:page=4', [], cursor('5'))
      await rig.run.fail(await rig.claim('a:page=5'), { code: 'HTTP_500', message: 'no', at: 0 })
      await rig.commit('a:page=6', [], { ...cursor('7'), stop: 'loop' })
      await rig.finish()
      await rig.reopen()
      const cursors = await Promise.all(['p', 'q', 'r', ''].map(part => rig.run.cursor('a', part)))
      expect(cursors).toEqual([{ field: 'at', since: '10' }, undefined, undefined, undefined])
    })

    test('what a part has come to never falls, but for another field', async () => {
      const first = async (part: string, field: string, value?: string) => {
        await rig.commit('a:page=1', [], { next: [pageOf('a', 2, { part })] })
        await rig.commit('a:page=2', [], { cursor: { field, type: 'text', value } })
        await rig.commit('b:page=1', [])
        await rig.finish()
        await rig.reopen()
        return await rig.run.cursor('a', part)
      }
      expect(await first('p', 'at', 'b')).toEqual({ field: 'at', since: 'b' })
      expect(await first('p', 'at', 'a')).toEqual({ field: 'at', since: 'b' })
      expect(await first('p', 'at')).toEqual({ field: 'at', since: 'b' })
      expect(await first('p', 'on', 'a')).toEqual({ field: 'on', since: 'a' })
    })

    test('a new run is told of its parts, and begins where they are', async () => {
      await rig.commit('a:page=1', [], { next: [pageOf('a', 2, { part: 'p' })] })
      await rig.commit('a:page=2', [], { cursor: { field: 'at', type: 'text', value: 'x' } })
      await rig.commit('b:page=1', [])
      await rig.finish()
      const plan = planOf('a', 'b')
      const told: unknown[] = []
      const streams = plan.streams.map(stream => ({
        ...stream,
        partitions: ['p', 'q'],
        first: (beginning: RunBeginning) => {
          told.push([stream.name, ...beginning.cursors])
          return stream.first(beginning)
        },
      }))
      await rig.reopen({ ...plan, streams })
      expect(told).toEqual([['a', ['p', { field: 'at', since: 'x' }]], ['b']])
    })

    describe('kept cursors', () => {
      const state = (since: string) => ({ field: 'at', since })
      const p = { stream: 'a', part: 'p', state: state('x') }
      const q = { stream: 'a', part: '', state: state('y') }
      const b = { stream: 'b', part: 'p', state: state('z') }

      test('are told, set and forgotten, and outlive the process', async () => {
        expect(await rig.ledger.cursors('shops')).toEqual([])
        await rig.ledger.setCursors('shops', [b, p, q])
        expect(await rig.ledger.cursors('shops')).toEqual([q, p, b])
        await rig.reopen()
        await rig.ledger.setCursors('shops', [
          { stream: 'a', part: 'p' },
          { ...q, state: state('w') },
        ])
        expect(await rig.ledger.cursors('shops')).toEqual([{ ...q, state: state('w') }, b])
        expect(await rig.run.cursor('a', '')).toEqual(state('w'))
      })

      test('are those of one pipeline alone', async () => {
        const other = { code: 'OTHER_PIPELINE' }
        await expect(rig.ledger.cursors('other')).rejects.toMatchObject(other)
        await expect(rig.ledger.setCursors('other', [p])).rejects.toMatchObject(other)
        expect(await rig.ledger.cursors('shops')).toEqual([])
      })

      test('a full run begins without those of its streams; one that is continued, as it began', async () => {
        await rig.ledger.setCursors('shops', [p, b])
        await rig.reopenWith(planOf('a', 'b'), { full: true })
        expect(rig.run.resumed).toBe(true)
        expect(await rig.ledger.cursors('shops')).toEqual([p, b])
        await rig.commit('a:page=1', [])
        await rig.commit('b:page=1', [])
        await rig.finish()
        await rig.reopenWith(planOf('a'), { full: true })
        expect(await rig.run.cursor('a', 'p')).toBeUndefined()
        expect(await rig.ledger.cursors('shops')).toEqual([b])
      })
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
