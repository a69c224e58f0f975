import { describe, expect, test } from 'vitest'
import { MOST_FIELDS, TYPES } from '../../../src/acquisition/records/index.js'
import { commitOf, pageOf, planOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

const { integer, number, text } = TYPES

/** The types of fields, over runs. */
export function describeSchemas(rig: LedgerRig): void {
  describe('the types of fields', () => {
    const rows = [{ id: '1' }]
    const kept = async () => Object.fromEntries(await rig.ledger.schemas('shops'))
    const notices = async () =>
      (await rig.summary()).sources[0]?.notices.map(({ code, about, message }) => [code, about, message])
    const next = async (): Promise<void> => {
      await rig.commit('b:page=1', [])
      await rig.finish()
      await rig.reopen()
    }

    test('are learnt by the first run, told as no change, and kept over restarts', async () => {
      expect(await kept()).toEqual({})
      expect(rig.run.schemas).toEqual(new Map())
      await rig.commit('a:page=1', rows, { types: { n: integer }, next: [pageOf('a', 2)] })
      await rig.reopen()
      expect(rig.run.schemas).toEqual(new Map())
      await rig.commit('a:page=2', rows, { types: { n: number, t: text } })
      expect(await notices()).toEqual([])
      await next()
      expect(rig.run.schemas).toEqual(new Map([['a', { n: number, t: text }]]))
      expect(await kept()).toEqual({ a: { n: number, t: text } })
    })

    test('later runs tell of new fields and wider types, but not of null', async () => {
      await rig.commit('a:page=1', rows, { types: { n: integer, t: text } })
      await next()
      const types = { n: integer | text, t: TYPES.null, x: integer | TYPES.null }
      await rig.commit('a:page=1', rows, { types })
      expect(await notices()).toEqual([
        ['NEW_FIELD', 'x', 'x is a new field: integer or null'],
        ['TYPE_WIDENED', 'n', 'n was integer, and is integer or text now'],
      ])
      expect((await kept())['a']).toEqual({ n: integer | text, t: text | TYPES.null, x: types.x })
      // What began the run stays what it was.
      expect(rig.run.schemas.get('a')).toEqual({ n: integer, t: text })
    })

    test('a field that no record has any more is told once, by a run that has taken all', async () => {
      await rig.commit('a:page=1', rows, { types: { n: integer, t: text } })
      const begin = async (types: Record<string, number>): Promise<void> => {
        await next()
        await rig.commit('a:page=1', rows, { types, next: [pageOf('a', 2)] })
      }
      await begin({ n: integer })
      expect(await notices()).toEqual([])
      await rig.commit('a:page=2', rows, { types: { n: integer } })
      expect((await notices())?.map(([code, about]) => [code, about])).toEqual([['FIELD_NOT_SEEN', 't']])
      await begin({ n: integer })
      await rig.commit('a:page=2', [])
      expect(await notices()).toEqual([])
    })

    test('a page that is undone leaves nothing behind', async () => {
      await rig.commit('a:page=1', rows, { types: { n: integer }, next: [pageOf('a', 2)] })
      const page = commitOf(await rig.claim('a:page=2'), rows, { types: { n: text } })
      const broken = { ...page, records: [{ id: '1', updatedMs: null, json: {} as unknown as string }] }
      await expect(rig.run.commit([broken])).rejects.toThrow()
      expect(await kept()).toEqual({ a: { n: integer } })
      await rig.run.commit([{ ...page, types: { m: text } }])
      expect(await kept()).toEqual({ a: { n: integer, m: text } })
    })

    test('of very many fields no more are kept, which is told', async () => {
      const names = Array.from({ length: MOST_FIELDS + 1 }, (_, n) => [`f${n}`, integer] as const)
      await rig.commit('a:page=1', rows, { types: Object.fromEntries(names) })
      expect(Object.keys((await kept())['a'] ?? {})).toHaveLength(MOST_FIELDS)
      expect((await notices())?.map(([code]) => code)).toEqual(['MANY_FIELDS'])
    })

    test('are those of one pipeline alone', async () => {
      await rig.commit('a:page=1', rows, { types: { n: integer } })
      await expect(rig.ledger.schemas('others')).rejects.toThrow('belongs to the pipeline shops')
      await rig.reopen({ ...planOf('a', 'b'), name: 'others' }, true)
      expect(Object.fromEntries(await rig.ledger.schemas('others'))).toEqual({})
    })
  })
}
