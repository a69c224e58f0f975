import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RecordChange } from '../../../src/acquisition/ledger/ledger.js'
import { pageOf, planOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

/** What sinks read: records and rejects in the order of commits. */
export function describeDelivery(rig: LedgerRig): void {
  describe('what sinks read', () => {
    const changes = async (stream: string, after = 0): Promise<RecordChange[]> => {
      const rows = []
      for await (const row of rig.run.records(stream, after)) rows.push(row)
      return rows
    }
    const idsOf = (rows: readonly RecordChange[]) => rows.map(({ id, fields }) => [id, fields?.['title']])

    test('records come in the order of commits, each once, and updates and deletions at the end', async () => {
      await rig.commit(
        'a:page=1',
        [
          { id: '1', title: 'one' },
          { id: '2', title: 'two' },
          { id: '3', title: 'x' },
        ],
        {
          next: [pageOf('a', 2)],
        },
      )
      const first = await changes('a')
      expect(idsOf(first)).toEqual([
        ['1', 'one'],
        ['2', 'two'],
        ['3', 'x'],
      ])
      const last = first.at(-1)?.position ?? 0
      const newer = { id: '1', title: 'newer', updatedAt: '2026-01-01T00:00:00Z' }
      await rig.commit('a:page=2', [newer], { deletions: ['3'] })
      const later = await changes('a', last)
      expect(idsOf(later)).toEqual([
        ['1', 'newer'],
        ['3', undefined],
      ])
      expect(later[1]?.fields).toBeNull()
      expect(idsOf(await changes('a'))).toEqual([
        ['2', 'two'],
        ['1', 'newer'],
        ['3', undefined],
      ])
      expect((await rig.summary()).sources[0]).toMatchObject({ accepted: 2 })
    })

    test('a record that a later run finds unchanged keeps its place, a deleted one that comes back gets a new one', async () => {
      await rig.commit('a:page=1', [{ id: '1' }, { id: '2' }], { deletions: ['2'] })
      await rig.commit('b:page=1', [])
      await rig.finish()
      const last = (await changes('a')).at(-1)?.position ?? 0
      await rig.reopen()
      await rig.commit('a:page=1', [{ id: '1' }, { id: '2' }])
      expect((await changes('a', last)).map(({ id }) => id)).toEqual(['2'])
      expect((await rig.summary()).totals.records).toBe(2)
    })

    test('no row comes to stand before a position that was read already, however commits overlap', async () => {
      const steps = fc.array(fc.record({ id: fc.integer({ min: 0, max: 9 }), gone: fc.boolean() }), {
        minLength: 1,
        maxLength: 4,
      })
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 6 }), async pages => {
          await rig.reopen(undefined, true)
          const next = pages.map((_, index) => pageOf('a', index + 2))
          await rig.commit('a:page=1', [], { next })
          const mirror = new Map<string, unknown>()
          let position = 0
          const readOn = async (): Promise<void> => {
            for (const row of await changes('a', position)) {
              expect(row.position).toBeGreaterThan(position)
              position = row.position
              if (row.fields === null) mirror.delete(row.id)
              else mirror.set(row.id, row.fields)
            }
          }
          for (const [index, rows] of pages.entries()) {
            const at = new Date(index * 1_000).toISOString()
            const taken = rows.filter(({ gone }) => !gone).map(({ id }) => ({ id: `${id}`, updatedAt: at }))
            const deletions = rows.filter(({ gone }) => gone).map(({ id }) => `${id}`)
            // Two committers at once, and a reader between them.
            await Promise.all([rig.commit(`a:page=${index + 2}`, taken, { deletions }), readOn()])
          }
          await readOn()
          const whole = (await changes('a')).filter(({ fields }) => fields !== null)
          expect(mirror).toEqual(new Map(whole.map(({ id, fields }) => [id, fields])))
        }),
        { numRuns: 30 },
      )
    })

    test('reads in portions: more records than one holds', async () => {
      const rows = Array.from({ length: 2_500 }, (_, index) => ({ id: `${index}` }))
      await rig.commit('a:page=1', rows)
      expect((await changes('a')).map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    })

    test('rejects come by commit, or by page', async () => {
      const reject = (index: number) => ({ index, code: 'X', reason: 'x', raw: '1' })
      await rig.commit('a:page=1', [], { next: [pageOf('a', 2)] })
      await rig.commit('b:page=1', [], { rejects: [reject(0)] })
      await rig.commit('a:page=2', [], { rejects: [reject(1), reject(0)] })
      const read = async (order: Parameters<typeof rig.run.rejects>[0]) => {
        const told = []
        for await (const { page, index, position } of rig.run.rejects(order))
          told.push({ page, index, position })
        return told
      }
      const byCommit = await read({ after: 0 })
      expect(byCommit.map(({ page, index }) => `${page} ${index}`)).toEqual([
        'b:page=1 0',
        'a:page=2 1',
        'a:page=2 0',
      ])
      expect((await read({ after: byCommit[0]?.position ?? 0 })).length).toBe(2)
      expect((await read('by-page')).map(({ page, index }) => `${page} ${index}`)).toEqual([
        'a:page=2 0',
        'a:page=2 1',
        'b:page=1 0',
      ])
    })

    test('what is stored is read beside a run, and of what ledger it is', async () => {
      await rig.commit('a:page=1', [{ id: '1', title: 'one' }])
      const stored = await rig.ledger.stored(planOf('a', 'b').name)
      if (stored === undefined) throw new Error('nothing is stored')
      const rows = []
      for await (const { id } of stored.records('a')) rows.push(id)
      expect(rows).toEqual(['1'])
      expect(await stored.schemas()).toEqual(await rig.ledger.schemas(planOf('a', 'b').name))
      await stored.setPosition('files', 'a', 7)
      expect([await stored.position('files', 'a'), await rig.run.position('files', 'a')]).toEqual([7, 7])
      await rig.reopen()
      expect((await rig.ledger.stored(planOf('a', 'b').name))?.ledgerId).toBe(stored.ledgerId)
      await rig.reopen(undefined, true)
      expect((await rig.ledger.stored(planOf('a', 'b').name))?.ledgerId).not.toBe(stored.ledgerId)
      await expect(rig.ledger.stored('other')).rejects.toThrow('belongs to')
    })

    test('the position of a sink in a stream outlives runs', async () => {
      expect(await rig.run.position('files', 'a')).toBe(0)
      await rig.run.setPosition('files', 'a', 7)
      await rig.run.setPosition('files', 'a', 9)
      await rig.reopen()
      expect([await rig.run.position('files', 'a'), await rig.run.position('other', 'a')]).toEqual([9, 0])
    })
  })
}
