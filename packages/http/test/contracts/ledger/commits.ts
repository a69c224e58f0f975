import { describe, expect, test } from 'vitest'
import { commitOf, LEASE_MS, pageOf } from './ledger-rig.js'
import type { LedgerRig, Row } from './ledger-rig.js'

/** A page lies wholly in one transaction. */
export function describeCommits(rig: LedgerRig): void {
  describe('commits', () => {
    test('A-2 stores records, rejects and next pages together, and knows the pages', async () => {
      const reject = { index: 1, code: 'MISSING_FIELD', field: 'id', reason: 'id is missing', raw: '{}' }
      await rig.commit('a:page=1', [{ id: '1' }], {
        rejects: [reject],
        next: [pageOf('a', 2, { state: { page: 2, empties: 1 } }), pageOf('a', 3)],
        fingerprint: 'f',
        reportedTotal: 30,
      })
      expect(await rig.pending()).toEqual([
        pageOf('a', 2, { state: { page: 2, empties: 1 } }),
        pageOf('a', 3),
        pageOf('b', 1),
      ])
      expect(await rig.run.served('a', 'f')).toEqual(['a:page=1'])
      expect([await rig.run.served('a', 'g'), await rig.run.served('b', 'f')]).toEqual([[], []])
      const rows = []
      for await (const row of rig.run.rejects('by-page')) rows.push(row)
      expect(rows).toEqual([{ ...reject, stream: 'a', page: 'a:page=1', position: expect.any(Number) }])
    })

    test('N-5 knows the first two pages that had the same rows', async () => {
      await rig.commit('a:page=1', [], { next: [pageOf('a', 2), pageOf('a', 3)], fingerprint: 'f' })
      await rig.commit('a:page=3', [], { fingerprint: 'f' })
      await rig.commit('a:page=2', [], { fingerprint: 'f' })
      expect(await rig.run.served('a', 'f')).toEqual(['a:page=1', 'a:page=2'])
    })

    test('does not reopen a page that is named again', async () => {
      await rig.commit('a:page=1', [], { next: [pageOf('a', 2)] })
      await rig.commit('a:page=2', [], { next: [pageOf('a', 1), pageOf('a', 2)] })
      expect((await rig.pending()).map(page => page.id)).toEqual(['b:page=1'])
    })

    test('writes what happened on the wire with the pages, whole or not at all', async () => {
      const claim = await rig.claim('a:page=1')
      const departure = { stream: 'a', pageId: 'a:page=1', attempt: 1, at: 5 }
      const failure = { ...departure, code: 'HTTP_500', message: 'x' }
      const journal = { departures: [departure], failures: [failure], transitions: [] }
      const departures = async () => {
        const rows = []
        for await (const row of rig.run.departures()) rows.push(row)
        return rows
      }
      const broken = commitOf(claim, [{ id: null as unknown as string }])
      await expect(rig.run.commit([broken], journal)).rejects.toThrow(/null/i)
      expect(await departures()).toEqual([])
      await rig.run.commit([commitOf(claim, [{ id: '1' }])], journal)
      expect(await departures()).toEqual([departure])
      await rig.finish()
      expect((await rig.summary()).totals).toMatchObject({ records: 1, requests: 1 })
    })

    test('commits several pages at once', async () => {
      const claims = await rig.run.claim(['a:page=1', 'b:page=1'], 'one', LEASE_MS)
      const commits = claims.map(one => commitOf(one, [{ id: '1' }]))
      expect((await rig.run.commit(commits)).results).toEqual(['done', 'done'])
      await rig.finish()
      expect((await rig.summary()).totals).toMatchObject({ records: 2, pages: 2, duplicates: 0 })
    })

    test('settles equal ids within one page as it does over several, however many records there are', async () => {
      const rows = Array.from({ length: 171 }, (_, index) => ({
        id: `${index % 50}`,
        title: `${index}`,
        updatedAt: index === 60 ? '2026-01-02T00:00:00Z' : '2026-01-01T00:00:00Z',
      }))
      await rig.commit('a:page=1', rows)
      await rig.finish()
      const { products, totals } = await rig.summary()
      expect(totals).toMatchObject({ records: 50, duplicates: 121 })
      const kept = new Map(products?.map(({ id, title }) => [id, title]))
      const first = Array.from({ length: 50 }, (_, index) => [`${index}`, `${index === 10 ? 60 : index}`])
      expect(kept).toEqual(new Map(first as [string, string][]))
    })

    const versions: readonly (readonly [page: number, row: Row])[] = [
      [1, { id: 'x', title: 'first', updatedAt: '2026-01-01T00:00:00Z' }],
      [1, { id: 'x', title: 'same page', updatedAt: '2026-01-01T00:00:00.500Z' }],
      [2, { id: 'x', title: 'newest, second page', updatedAt: '2026-01-01T00:00:00.5Z' }],
      [3, { id: 'x', title: 'undated', updatedAt: null }],
    ]
    const orders = [
      [1, 2, 3],
      [3, 2, 1],
      [2, 3, 1],
      [2, 1, 3],
    ]
    test.each(orders)(
      'keeps the same one of several records when pages arrive as %i, %i, %i',
      async (...order) => {
        await rig.commit('a:page=1', [], { next: [2, 3, 4].map(ordinal => pageOf('a', ordinal)) })
        for (const page of order) {
          const rows = versions.filter(([of]) => of === page).map(([, row]) => row)
          await rig.commit(`a:page=${page + 1}`, rows)
        }
        await rig.finish()
        const { products, totals } = await rig.summary()
        expect(products).toMatchObject([{ id: 'x', title: 'same page' }])
        expect(totals).toMatchObject({ records: 1, duplicates: 3 })
      },
    )

    test('keeps ids of different streams apart', async () => {
      await rig.commit('a:page=1', [{ id: '1' }])
      await rig.commit('b:page=1', [{ id: '1' }])
      await rig.finish()
      expect((await rig.summary()).totals).toMatchObject({ records: 2, duplicates: 0 })
    })
  })
}
