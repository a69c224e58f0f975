import { describe, expect, test } from 'vitest'
import type { PageRef } from '../../../src/acquisition/ledger/page.js'
import { OtherPipelineError, PlanChangedError } from '../../../src/acquisition/ledger/ledger-errors.js'
import { pageOf, planOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

/** A run goes on where the one before it stopped. */
export function describeRuns(rig: LedgerRig): void {
  describe('runs', () => {
    test('A-1 continues a run that was cut off: done pages stay done, held ones are free, tries are remembered', async () => {
      await rig.commit('a:page=1', [{ id: '1' }], { next: [pageOf('a', 2)] })
      await rig.claim('a:page=2')
      const failure = {
        stream: 'b',
        pageId: 'b:page=1',
        attempt: 2,
        code: 'HTTP_500',
        message: 'no',
        at: 0,
      }
      await rig.run.log({ departures: [], failures: [failure], transitions: [] })
      const first = rig.run
      await rig.clock.advance(5_000)
      await rig.reopen()
      expect(rig.run).toMatchObject({ id: first.id, startedAt: first.startedAt, resumed: true })
      expect(rig.run.lastDepartureAt.get('a')).toBe(rig.clock.wallNow())
      expect(await rig.pending()).toEqual([pageOf('a', 2), pageOf('b', 1, { tries: 2 })])
    })

    test('knows that breakers start over with the process', async () => {
      const moved = (stream: string, to: string) => ({ stream, from: 'x', to, at: 0, cause: 'y' })
      const transitions = [moved('a', 'closed'), moved('a', 'open'), moved('b', 'open'), moved('b', 'closed')]
      await rig.run.log({ departures: [], failures: [], transitions })
      await rig.reopen()
      const { sources } = await rig.summary()
      expect(sources.map(({ breaker }) => [breaker.state, breaker.transitions.length])).toEqual([
        ['closed', 3],
        ['closed', 2],
      ])
      expect(sources[0]?.breaker.transitions.at(-1)).toMatchObject({
        from: 'open',
        to: 'closed',
        cause: 'restart',
      })
    })

    test('gives all pages of a failed stream fresh tries', async () => {
      await rig.commit('a:page=1', [], { next: [pageOf('a', 2), pageOf('a', 3)] })
      const failures = ['a:page=2', 'a:page=3', 'b:page=1'].map(pageId => {
        const [stream = ''] = pageId.split(':')
        return { stream, pageId, attempt: 3, code: 'HTTP_500', message: 'no', at: 0 }
      })
      await rig.run.log({ departures: [], failures, transitions: [] })
      await rig.run.fail(await rig.claim('a:page=2'), { code: 'HTTP_500', message: 'no', at: 0 })
      expect(await rig.run.end('timeout')).toBe('partial')
      await rig.reopen()
      expect(await rig.pending()).toEqual([pageOf('a', 2), pageOf('a', 3), pageOf('b', 1, { tries: 3 })])
    })

    test('follows a complete run with a new one that upserts', async () => {
      await rig.commit('a:page=1', [
        { id: '1', title: 'old', updatedAt: '2026-01-02T00:00:00Z' },
        { id: 'gone' },
      ])
      await rig.commit('b:page=1', [])
      expect(await rig.finish()).toBe('complete')
      const first = rig.run
      await rig.reopen()
      expect(rig.run.resumed).toBe(false)
      expect(rig.run.id).not.toBe(first.id)
      await rig.commit('a:page=1', [{ id: '1', title: 'new', updatedAt: '2026-01-01T00:00:00Z' }])
      const { products, totals } = await rig.summary()
      expect(products).toMatchObject([{ id: '1', title: 'new' }])
      expect(totals).toMatchObject({ records: 1, duplicates: 0, pages: 1 })
    })

    test('A-1 continues a complete run whose results were not delivered, and fetches nothing', async () => {
      await rig.commit('a:page=1', [{ id: '1' }])
      await rig.commit('b:page=1', [])
      const first = rig.run
      await rig.reopen()
      expect(rig.run).toMatchObject({ id: first.id, resumed: true })
      expect(await rig.pending()).toEqual([])
      expect(await rig.run.end('finished')).toBe('complete')
      await rig.reopen()
      expect(rig.run.id).toBe(first.id)
      await rig.finish()
      await rig.reopen()
      expect(rig.run.id).not.toBe(first.id)
    })

    test('A-9 remembers the quiet that a server asked for, and no more than it asked for', async () => {
      const quiet = { stream: 'a', at: rig.clock.wallNow(), quietMs: 60_000, askedBy: '429' }
      await rig.run.log({ departures: [], failures: [], transitions: [], quiets: [quiet] })
      await rig.clock.advance(20_000)
      await rig.reopen()
      expect(rig.run.quiet).toEqual(new Map([['a', { leftMs: 40_000, askedBy: '429' }]]))
      rig.clock.jumpWall(-86_400_000)
      await rig.reopen()
      expect(rig.run.quiet).toEqual(new Map([['a', { leftMs: 40_000, askedBy: '429' }]]))
      rig.clock.jumpWall(2 * 86_400_000)
      await rig.reopen()
      expect(rig.run.quiet).toEqual(new Map())
    })

    test('waits no longer for what an earlier process waited for', async () => {
      await rig.run.giveBack(await rig.claim('a:page=1'), {
        notBefore: rig.clock.wallNow() + 86_400_000,
        spendsTry: false,
      })
      await rig.reopen()
      expect(await rig.pending()).toEqual([pageOf('a', 1), pageOf('b', 1)])
    })

    test.each([
      ['interrupted', 'complete'],
      ['finished', 'complete'],
      ['timeout', 'complete'],
    ] as const)('a run that was %s, but left nothing undone, is %s', async (end, status) => {
      await rig.commit('a:page=1', [])
      await rig.commit('b:page=1', [])
      expect(await rig.run.end(end)).toBe(status)
    })

    test('is partial, not interrupted, when an interruption left nothing undone but a failed page', async () => {
      await rig.commit('a:page=1', [])
      await rig.run.fail(await rig.claim('b:page=1'), { code: 'HTTP_404', message: 'no', at: 0 })
      expect(await rig.run.end('interrupted')).toBe('partial')
    })

    test('refuses another plan by the name of what changed, and takes it with fresh', async () => {
      await rig.commit('a:page=1', [{ id: '1' }])
      const changed = { ...planOf('a', 'c'), parts: { 'a.mapping': 'b', 'c.mapping': 'a' } }
      const refusal = rig.ledger.open(changed)
      await expect(refusal).rejects.toThrow(PlanChangedError)
      await expect(refusal).rejects.toMatchObject({
        changes: ['a.mapping changed', 'source b removed', 'source c added'],
      })
      await rig.reopen(changed, true)
      expect(rig.run.resumed).toBe(false)
      expect([...rig.run.lastDepartureAt]).toEqual([['a', rig.clock.wallNow()]])
      expect((await rig.pending()).map(page => page.id)).toEqual(['a:page=1', 'c:page=1'])
      expect((await rig.summary()).products).toEqual([])
    })

    test('N-34 after a complete run another plan begins a new run, over the records at hand', async () => {
      await rig.commit('a:page=1', [{ id: '1' }])
      await rig.commit('b:page=1', [])
      await rig.finish()
      const changed = { ...planOf('a', 'c'), parts: { 'a.mapping': 'b', 'c.mapping': 'a' } }
      await rig.reopen(changed)
      expect(rig.run.resumed).toBe(false)
      expect(await rig.pending('a', 'c')).toEqual([pageOf('a', 1), pageOf('c', 1)])
      const records = []
      for await (const { id } of rig.run.records('a')) records.push(id)
      expect(records).toEqual(['1'])
      await rig.reopen(changed)
      expect(rig.run.resumed).toBe(true)
      await rig.commit('a:page=1', [])
      await expect(rig.ledger.open(planOf('a', 'b'))).rejects.toThrow(PlanChangedError)
    })

    test('N-34 so it does where the last run has taken no page: a first mistake is mended in the file alone', async () => {
      await rig.run.fail(await rig.claim('a:page=1'), { code: 'NO_RECORDS', message: 'no', at: 0 })
      await rig.finish()
      await rig.reopen({ ...planOf('a', 'c'), parts: { 'a.records': 'b' } })
      expect(rig.run.resumed).toBe(false)
      expect((await rig.pending('a', 'c')).map(page => page.id)).toEqual(['a:page=1', 'c:page=1'])
    })

    test('N-34 refuses the pipeline of another name, also after a complete run, and says the way out', async () => {
      for (const stream of ['a', 'b']) await rig.commit(`${stream}:page=1`, [])
      await rig.finish()
      const other = { ...planOf('a', 'b'), name: 'orders' }
      const refusal = rig.ledger.open(other)
      await expect(refusal).rejects.toThrow(OtherPipelineError)
      await expect(refusal).rejects.toThrow(
        /belongs to the pipeline shops, and this one is orders\. .*"name: shops".* --fresh/,
      )
      await rig.reopen(other, true)
      expect(rig.run.resumed).toBe(false)
    })

    test('knows the last departure of a run that ended well', async () => {
      const at = rig.clock.wallNow()
      await rig.run.log({
        departures: [{ stream: 'a', pageId: 'a:page=1', attempt: 1, at }],
        failures: [],
        transitions: [],
      })
      await rig.run.end('interrupted')
      await rig.clock.advance(10_000)
      await rig.reopen()
      expect(rig.run.lastDepartureAt).toEqual(new Map([['a', at]]))
    })

    test('lists many pending pages in pieces', async () => {
      const next = Array.from({ length: 2_500 }, (_, index) => pageOf('a', index + 2))
      await rig.commit('a:page=1', [], { next })
      const ids = new Set<string>()
      let after: PageRef | undefined
      for (;;) {
        const pages = await rig.run.pending('a', after)
        if (pages.length === 0) break
        for (const page of pages) ids.add(page.id)
        after = pages.at(-1)
      }
      expect(ids.size).toBe(2_500)
    })
  })
}
