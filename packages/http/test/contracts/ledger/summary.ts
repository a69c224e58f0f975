import { describe, expect, test } from 'vitest'
import { commitOf, pageOf, planOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

/** What is true of a run, read from the ledger. */
export function describeSummary(rig: LedgerRig): void {
  describe('summary', () => {
    test('says complete, failed or partial, as the sources stand', async () => {
      await rig.commit('a:page=1', [])
      await rig.run.fail(await rig.claim('b:page=1'), { code: 'HTTP_404', message: 'no', at: 0 })
      expect(await rig.finish()).toBe('partial')
      const { run: summary, sources } = await rig.summary()
      expect(summary.status).toBe('partial')
      expect(sources.map(source => source.status)).toEqual(['complete', 'failed'])
    })

    test('says failed when every source failed, and interrupted when it was never closed', async () => {
      expect((await rig.summary()).run).toMatchObject({
        status: 'interrupted',
        finishedAt: null,
      })
      for (const id of ['a:page=1', 'b:page=1']) {
        await rig.run.fail(await rig.claim(id), { code: 'HTTP_404', message: 'no', at: 0 })
      }
      expect(await rig.finish()).toBe('failed')
    })

    test('counts a loop as a failure of its stream and a hard page limit as partial', async () => {
      await rig.commit('a:page=1', [], { stop: 'loop' })
      await rig.commit('b:page=1', [], { stop: 'max-pages' })
      expect(await rig.finish()).toBe('partial')
      const { sources } = await rig.summary()
      expect(sources.map(source => source.status)).toEqual(['failed', 'partial'])
    })

    test('N-9 counts a record that is rejected twice once, and none that was taken; what hides a loss is none', async () => {
      const reject = (index: number, raw: string, id?: string) => ({ index, id, code: 'X', reason: 'x', raw })
      await rig.commit('a:page=1', [{ id: '1' }, { id: '7' }], {
        reportedTotal: 6,
        rejects: [reject(2, '{"v":1}', '2'), reject(3, '{"v":1}')],
        next: [pageOf('a', 2)],
      })
      await rig.commit('a:page=2', [], {
        rejects: [reject(0, '{"v":2}', '2'), reject(1, '{"v":1}'), reject(2, '{"v":3}', '1')],
      })
      const [summary] = (await rig.summary()).sources
      expect(summary).toMatchObject({ fetched: 7, accepted: 2, rejected: 3, duplicates: 2 })
      // The two without an id have one text: they may be one record.
      expect(summary?.coverage.missing).toBe(2)
      expect(summary?.rejections).toEqual([{ code: 'X', field: null, count: 3, reason: 'x' }])
    })

    test('N-9 a field that is null in all records is told, and one that is not is not', async () => {
      const plan = planOf('a', 'b')
      const streams = plan.streams.map(stream => ({ ...stream, fields: ['price', 'odd"name', 'stock'] }))
      await rig.reopen({ ...plan, streams }, true)
      await rig.commit('a:page=1', [
        { id: '1', price: null, 'odd"name': null, stock: null },
        { id: '2', price: null, 'odd"name': null, stock: 0 },
      ])
      const [a, b] = (await rig.summary()).sources
      expect(a?.notices.map(({ code, message }) => [code, message])).toEqual([
        ['EMPTY_FIELD', 'price is null in all 2 records; check mapping.price.path'],
        ['EMPTY_FIELD', 'odd"name is null in all 2 records; check mapping.odd"name.path'],
      ])
      expect(b?.notices).toEqual([])
    })

    test('N-9 results that are not good enough fail their stream, and say why', async () => {
      const plan = planOf('a', 'b')
      const streams = plan.streams.map(stream => ({ ...stream, quality: { minRecords: 2 } }))
      await rig.reopen({ ...plan, streams }, true)
      await rig.commit('a:page=1', [{ id: '1' }])
      expect((await rig.summary()).sources[1]?.errors).toEqual([])
      await rig.commit('b:page=1', [{ id: '1' }, { id: '2' }])
      expect(await rig.finish()).toBe('partial')
      const { sources } = await rig.summary()
      expect(sources.map(({ status }) => status)).toEqual(['failed', 'complete'])
      expect(sources[0]?.errors).toMatchObject([
        {
          code: 'TOO_FEW_RECORDS',
          message: '1 records came; at least 2 must (quality.minRecords)',
          path: null,
        },
      ])
    })

    test('counts notices of commits and of the journal by code and subject, and keeps the last message', async () => {
      const at = rig.clock.wallNow()
      const notice = (code: string, message: string, about?: string) => ({ code, message, about })
      const stale = await rig.claim('a:page=1')
      await rig.clock.advance(30_000)
      await rig.commit('a:page=1', [], { notices: [notice('X', 'one', 'f'), notice('X', 'two', 'g')] })
      await rig.run.commit([commitOf(stale, [], { notices: [notice('X', 'late', 'f')] })])
      await rig.run.log({
        departures: [],
        failures: [],
        transitions: [],
        notices: [
          { ...notice('X', 'three', 'f'), stream: 'a', at },
          { ...notice('Y', 'four'), stream: 'b', at },
        ],
      })
      await rig.reopen()
      const { sources } = await rig.summary()
      const of = (index: number) =>
        sources[index]?.notices.map(({ code, about, message, count }) => [code, about, message, count])
      expect(of(0)).toEqual([
        ['X', 'f', 'three', 2],
        ['X', 'g', 'two', 1],
      ])
      expect(of(1)).toEqual([['Y', null, 'four', 1]])
    })

    test('counts requests, retries, errors, transitions, coverage and the worst second', async () => {
      const at = rig.clock.wallNow()
      const departure = (offset: number, attempt: number) => ({
        stream: 'a',
        pageId: 'a:page=1',
        attempt,
        at: at + offset,
      })
      await rig.run.log({
        departures: [departure(0, 1), departure(400, 2), departure(1_000, 3), departure(1_100, 4)],
        failures: [1, 2, 3].map(attempt => ({
          stream: 'a',
          pageId: 'a:page=1',
          attempt,
          code: 'HTTP_500',
          message: 'no',
          at: at + attempt,
        })),
        transitions: [{ stream: 'a', from: 'closed', to: 'open', at, cause: 'failures' }],
      })
      await rig.commit('a:page=1', [{ id: '1' }, { id: '2' }, { id: '1' }], {
        reportedTotal: 5,
        warnings: 2,
        redactions: 3,
        rejects: [{ index: 3, code: 'X', reason: 'x', raw: '1' }],
      })
      await rig.finish()
      const { sources, totals } = await rig.summary()
      expect(sources[0]).toMatchObject({
        requests: 4,
        retries: 3,
        fetched: 4,
        accepted: 2,
        rejected: 1,
        duplicates: 1,
        warnings: 2,
        redactions: 3,
        rateLimit: { limitPerSecond: 5, worstRollingSecond: 3 },
        coverage: { reportedTotal: 5, uniqueIds: 2, missing: 2 },
        breaker: { state: 'open', transitions: [{ from: 'closed', to: 'open', cause: 'failures' }] },
        errors: [{ code: 'HTTP_500', count: 3, firstAt: new Date(at + 1).toISOString() }],
      })
      expect(totals).toMatchObject({ requests: 4, retries: 3, successRate: 0.25 })
    })

    test('lists ten thousand records and says where the others are', async () => {
      const rows = Array.from({ length: 10_001 }, (_, index) => ({ id: String(index).padStart(5, '0') }))
      await rig.commit('a:page=1', rows)
      await rig.finish()
      const { records, recordsTruncated, totals } = await rig.summary()
      expect(totals.records).toBe(10_001)
      expect(records).toHaveLength(10_000)
      expect(records.at(-1)?.id).toBe('09999')
      expect(recordsTruncated).toMatchObject({ listed: 10_000, total: 10_001 })
      expect(recordsTruncated?.rest).not.toBe('')
    })

    test('averages prices per currency without a float', async () => {
      const price = (amount: string, currency: string) => ({ amount, currency })
      await rig.commit('a:page=1', [
        { id: '1', price: price('0.10', 'EUR') },
        { id: '2', price: price('0.20', 'EUR') },
        { id: '3', price: price('90071992547409930.00', 'USD') },
        { id: '4', price: null },
      ])
      await rig.finish()
      const [source] = (await rig.summary()).sources
      expect(source?.averages).toEqual({ price: { EUR: '0.15', USD: '90071992547409930.00' } })
    })

    const eur = (sum: string, count: number) => ({ sums: { price: { EUR: { sum, count } } } })
    const averagesOf = async () => {
      await rig.finish()
      return (await rig.summary()).sources.map(({ averages }) => averages['price'])
    }

    test('takes averages from the sums of the pages where no record came twice', async () => {
      const price = { amount: '1.00', currency: 'EUR' }
      const next = [2, 3].map(ordinal => pageOf('a', ordinal))
      await rig.commit('a:page=1', [{ id: '1', price }], { next, ...eur('5.10', 1) })
      await rig.commit('a:page=2', [{ id: '2', price }], eur('0.205', 1))
      await rig.commit('a:page=3', [])
      expect(await averagesOf()).toEqual([{ EUR: '2.653' }, undefined])
    })

    test('takes averages from the records where one came twice, or a page does not tell its sums', async () => {
      const price = { amount: '1.00', currency: 'EUR' }
      await rig.commit('a:page=1', [{ id: '1', price }], { next: [pageOf('a', 2)], ...eur('5.10', 1) })
      await rig.commit('a:page=2', [{ id: '1', price }], eur('7.00', 1))
      await rig.commit('b:page=1', [{ id: '1', price }])
      expect(await averagesOf()).toEqual([{ EUR: '1.00' }, { EUR: '1.00' }])
    })
  })
}
