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
        next: [pageOf('a', 2, { emptyBefore: 1 }), pageOf('a', 3)],
        fingerprint: 'f',
        reportedTotal: 30,
      })
      expect(await rig.ledger.pending(rig.run)).toEqual([
        pageOf('a', 2, { emptyBefore: 1 }),
        pageOf('a', 3),
        pageOf('b', 1),
      ])
      expect(await rig.ledger.known(rig.run)).toContainEqual({
        id: 'a:page=1',
        source: 'a',
        fingerprint: 'f',
      })
      const rows = []
      for await (const row of rig.ledger.rejected(rig.run)) rows.push(row)
      expect(rows).toEqual([{ ...reject, source: 'a', page: 'a:page=1' }])
    })

    test('does not reopen a page that is named again', async () => {
      await rig.commit('a:page=1', [], { next: [pageOf('a', 2)] })
      await rig.commit('a:page=2', [], { next: [pageOf('a', 1), pageOf('a', 2)] })
      expect((await rig.ledger.pending(rig.run)).map(page => page.id)).toEqual(['b:page=1'])
    })

    test('commits several pages at once', async () => {
      const claims = await rig.ledger.claim(['a:page=1', 'b:page=1'], 'one', LEASE_MS)
      const commits = claims.map(one => commitOf(one, [{ id: '1' }]))
      expect(await rig.ledger.commit(commits)).toEqual(['done', 'done'])
      await rig.finish()
      expect((await rig.ledger.summary(rig.run)).totals).toMatchObject({
        products: 2,
        pages: 2,
        duplicates: 0,
      })
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
        const { products, totals } = await rig.ledger.summary(rig.run)
        expect(products).toMatchObject([{ id: 'x', title: 'same page' }])
        expect(totals).toMatchObject({ products: 1, duplicates: 3 })
      },
    )

    test('keeps ids of different sources apart', async () => {
      await rig.commit('a:page=1', [{ id: '1' }])
      await rig.commit('b:page=1', [{ id: '1' }])
      await rig.finish()
      expect((await rig.ledger.summary(rig.run)).totals).toMatchObject({ products: 2, duplicates: 0 })
    })
  })
}
