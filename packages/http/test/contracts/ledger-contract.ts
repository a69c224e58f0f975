import { ManualClock } from 'async-patterns/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PlanChangedError } from '../../src/acquisition/ledger-errors.js'
import type { Ledger, Run, RunPlan } from '../../src/acquisition/ledger.js'
import type { Claim, PageCommit, PageRef } from '../../src/acquisition/page.js'

/** One place where a ledger's data live; `open` may be called again after the ledger was disposed. */
export interface LedgerPlace {
  open(clock: ManualClock): Promise<Ledger>
  remove(): Promise<void>
}

export function pageOf(source: string, ordinal: number, more: Partial<PageRef> = {}): PageRef {
  const id = `${source}:page=${ordinal}`
  return {
    id,
    source,
    ordinal,
    url: `http://${source}.test/?page=${ordinal}`,
    tries: 0,
    notBefore: 0,
    ...more,
  }
}

export function planOf(...sources: string[]): RunPlan {
  return {
    configHash: sources.join(),
    parts: Object.fromEntries(sources.map(name => [`${name}.mapping`, 'a'])),
    version: '0.1.0',
    sources: sources.map(name => ({
      name,
      endpoint: `http://${name}.test/`,
      limitPerSecond: 5,
      first: pageOf(name, 1),
    })),
  }
}

interface Row {
  readonly id: string
  readonly title?: string
  readonly updatedAt?: string | null
  readonly price?: { amount: string; currency: string } | null
}

export function commitOf(claim: Claim, rows: readonly Row[], more: Partial<PageCommit> = {}): PageCommit {
  const records = rows.map(({ id, ...fields }) => ({ id, fields: { id, ...fields } }))
  return { claim, records, rejects: [], warnings: 0, redactions: 0, next: [], bytes: 100, ...more }
}

const LEASE_MS = 30_000

/** What every Ledger must do, whatever it keeps its data in. */
export function describeLedger(name: string, makePlace: () => Promise<LedgerPlace>): void {
  describe(`ledger contract: ${name}`, () => {
    let place: LedgerPlace
    let clock: ManualClock
    let ledger: Ledger
    let run: Run

    const reopen = async (plan: RunPlan = planOf('a', 'b'), fresh = false): Promise<void> => {
      await ledger[Symbol.asyncDispose]()
      ledger = await place.open(clock)
      run = await ledger.openRun(plan, { fresh })
    }
    const claim = async (id: string, worker = 'one'): Promise<Claim> => {
      const [claimed] = await ledger.claim([id], worker, LEASE_MS)
      if (claimed === undefined) throw new Error(`${id} cannot be claimed`)
      return claimed
    }
    const commit = async (
      id: string,
      rows: readonly Row[],
      more: Partial<PageCommit> = {},
    ): Promise<void> => {
      expect(await ledger.commit([commitOf(await claim(id), rows, more)])).toEqual(['done'])
    }
    const finish = async (): Promise<string> => {
      const status = await ledger.closeRun(run, 'finished')
      await ledger.delivered(run)
      return status
    }

    beforeEach(async () => {
      place = await makePlace()
      clock = new ManualClock()
      ledger = await place.open(clock)
      run = await ledger.openRun(planOf('a', 'b'), { fresh: false })
    })
    afterEach(async () => {
      await ledger[Symbol.asyncDispose]()
      await place.remove()
    })

    describe('claims', () => {
      it('begins with the first page of each source', async () => {
        expect(run.resumed).toBe(false)
        expect(run.lastDepartureAt?.size ?? 0).toBe(0)
        expect(run.quietMs?.size ?? 0).toBe(0)
        expect(await ledger.pending(run)).toEqual([pageOf('a', 1), pageOf('b', 1)])
      })

      it('gives a page to one worker only', async () => {
        expect(await ledger.claim(['a:page=1', 'b:page=1'], 'one', LEASE_MS)).toHaveLength(2)
        expect(await ledger.claim(['a:page=1'], 'two', LEASE_MS)).toEqual([])
        expect(await ledger.pending(run)).toEqual([])
      })

      it('has no claim for an unknown, a done or a failed page', async () => {
        await commit('a:page=1', [])
        await ledger.fail(await claim('b:page=1'), { code: 'HTTP_500', message: 'no', at: 0 })
        expect(await ledger.claim(['a:page=1', 'b:page=1', 'c:page=1'], 'one', LEASE_MS)).toEqual([])
      })

      it('frees a page whose lease has expired, with a higher fence', async () => {
        const lost = await claim('a:page=1', 'one')
        await clock.advance(LEASE_MS)
        const taken = await claim('a:page=1', 'two')
        expect(taken.fence).toBeGreaterThan(lost.fence)
        expect(await ledger.renew(lost, LEASE_MS)).toBe(false)
        expect(await ledger.renew(taken, LEASE_MS)).toBe(true)
      })

      it('lists a page whose lease has expired as pending', async () => {
        await claim('a:page=1')
        await clock.advance(LEASE_MS)
        expect((await ledger.pending(run)).map(page => page.id)).toContain('a:page=1')
      })

      it('keeps a renewed claim beyond its first lease', async () => {
        const held = await claim('a:page=1')
        await clock.advance(LEASE_MS - 1)
        expect(await ledger.renew(held, LEASE_MS)).toBe(true)
        await clock.advance(LEASE_MS - 1)
        expect(await ledger.claim(['a:page=1'], 'two', LEASE_MS)).toEqual([])
      })

      it('F-2 refuses the late commit of a lost claim and changes nothing by it', async () => {
        const lost = await claim('a:page=1', 'one')
        await clock.advance(LEASE_MS)
        const taken = await claim('a:page=1', 'two')
        const late = commitOf(lost, [{ id: 'late' }], { next: [pageOf('a', 2)] })
        const good = commitOf(taken, [{ id: 'good' }])
        expect(await ledger.commit([late, good])).toEqual(['stale', 'done'])
        expect(await ledger.commit([late])).toEqual(['stale'])
        expect((await ledger.known(run)).map(page => page.id).sort()).toEqual(['a:page=1', 'b:page=1'])
        await finish()
        expect((await ledger.summary(run)).products.map(product => product.id)).toEqual(['good'])
      })

      it('ignores what a lost claim gives back or fails', async () => {
        const lost = await claim('a:page=1', 'one')
        await clock.advance(LEASE_MS)
        const taken = await claim('a:page=1', 'two')
        await ledger.giveBack(lost, { notBefore: 0, spendsTry: true })
        await ledger.fail(lost, { code: 'TIMEOUT', message: 'late', at: 0 })
        expect(await ledger.commit([commitOf(taken, [])])).toEqual(['done'])
      })

      it('gives back a page with its moment, and counts a try only when told', async () => {
        await ledger.giveBack(await claim('a:page=1'), { notBefore: 5_000, spendsTry: false })
        expect(await ledger.pending(run)).toContainEqual(pageOf('a', 1, { notBefore: 5_000 }))
        const error = { code: 'TIMEOUT', message: 'slow', at: clock.wallNow() }
        await ledger.giveBack(await claim('a:page=1'), { notBefore: 0, spendsTry: true, error })
        expect(await ledger.pending(run)).toContainEqual(pageOf('a', 1, { tries: 1 }))
        expect((await ledger.summary(run)).errors).toMatchObject([{ source: 'a', code: 'TIMEOUT', count: 1 }])
      })
    })

    describe('commits', () => {
      it('A-2 stores records, rejects and next pages together, and knows the pages', async () => {
        const reject = { index: 1, code: 'MISSING_FIELD', field: 'id', reason: 'id is missing', raw: '{}' }
        await commit('a:page=1', [{ id: '1' }], {
          rejects: [reject],
          next: [pageOf('a', 2, { emptyBefore: 1 }), pageOf('a', 3)],
          fingerprint: 'f',
          reportedTotal: 30,
        })
        expect(await ledger.pending(run)).toEqual([
          pageOf('a', 2, { emptyBefore: 1 }),
          pageOf('a', 3),
          pageOf('b', 1),
        ])
        expect(await ledger.known(run)).toContainEqual({ id: 'a:page=1', source: 'a', fingerprint: 'f' })
        const rows = []
        for await (const row of ledger.rejected(run)) rows.push(row)
        expect(rows).toEqual([{ ...reject, source: 'a', page: 'a:page=1' }])
      })

      it('does not reopen a page that is named again', async () => {
        await commit('a:page=1', [], { next: [pageOf('a', 2)] })
        await commit('a:page=2', [], { next: [pageOf('a', 1), pageOf('a', 2)] })
        expect((await ledger.pending(run)).map(page => page.id)).toEqual(['b:page=1'])
      })

      it('commits several pages at once', async () => {
        const claims = await ledger.claim(['a:page=1', 'b:page=1'], 'one', LEASE_MS)
        const commits = claims.map(one => commitOf(one, [{ id: '1' }]))
        expect(await ledger.commit(commits)).toEqual(['done', 'done'])
        await finish()
        expect((await ledger.summary(run)).totals).toMatchObject({ products: 2, pages: 2, duplicates: 0 })
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
      it.each(orders)(
        'keeps the same one of several records when pages arrive as %i, %i, %i',
        async (...order) => {
          await commit('a:page=1', [], { next: [2, 3, 4].map(ordinal => pageOf('a', ordinal)) })
          for (const page of order) {
            const rows = versions.filter(([of]) => of === page).map(([, row]) => row)
            await commit(`a:page=${page + 1}`, rows)
          }
          await finish()
          const { products, totals } = await ledger.summary(run)
          expect(products).toMatchObject([{ id: 'x', title: 'same page' }])
          expect(totals).toMatchObject({ products: 1, duplicates: 3 })
        },
      )

      it('keeps ids of different sources apart', async () => {
        await commit('a:page=1', [{ id: '1' }])
        await commit('b:page=1', [{ id: '1' }])
        await finish()
        expect((await ledger.summary(run)).totals).toMatchObject({ products: 2, duplicates: 0 })
      })
    })

    describe('runs', () => {
      it('A-1 continues a run that was cut off: done pages stay done, held ones are free, tries are remembered', async () => {
        await commit('a:page=1', [{ id: '1' }], { next: [pageOf('a', 2)] })
        await claim('a:page=2')
        const failure = {
          source: 'b',
          pageId: 'b:page=1',
          attempt: 2,
          code: 'HTTP_500',
          message: 'no',
          at: 0,
        }
        await ledger.log({ departures: [], failures: [failure], transitions: [] })
        const first = run
        await clock.advance(5_000)
        await reopen()
        expect(run).toMatchObject({ id: first.id, startedAt: first.startedAt, resumed: true })
        expect(run.lastDepartureAt?.get('a')).toBe(clock.wallNow())
        expect(await ledger.pending(run)).toEqual([pageOf('a', 2), pageOf('b', 1, { tries: 2 })])
      })

      it('knows that breakers begin anew with the process', async () => {
        const moved = (source: string, to: string) => ({ source, from: 'x', to, at: 0, cause: 'y' })
        const transitions = [
          moved('a', 'closed'),
          moved('a', 'open'),
          moved('b', 'open'),
          moved('b', 'closed'),
        ]
        await ledger.log({ departures: [], failures: [], transitions })
        await reopen()
        const { sources } = await ledger.summary(run)
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

      it('gives all pages of a failed source fresh tries', async () => {
        await commit('a:page=1', [], { next: [pageOf('a', 2), pageOf('a', 3)] })
        const failures = ['a:page=2', 'a:page=3', 'b:page=1'].map(pageId => {
          const [source = ''] = pageId.split(':')
          return { source, pageId, attempt: 3, code: 'HTTP_500', message: 'no', at: 0 }
        })
        await ledger.log({ departures: [], failures, transitions: [] })
        await ledger.fail(await claim('a:page=2'), { code: 'HTTP_500', message: 'no', at: 0 })
        expect(await ledger.closeRun(run, 'timeout')).toBe('partial')
        await reopen()
        expect(await ledger.pending(run)).toEqual([
          pageOf('a', 2),
          pageOf('a', 3),
          pageOf('b', 1, { tries: 3 }),
        ])
      })

      it('follows a complete run with a new one that upserts', async () => {
        await commit('a:page=1', [
          { id: '1', title: 'old', updatedAt: '2026-01-02T00:00:00Z' },
          { id: 'gone' },
        ])
        await commit('b:page=1', [])
        expect(await finish()).toBe('complete')
        const first = run
        await reopen()
        expect(run.resumed).toBe(false)
        expect(run.id).not.toBe(first.id)
        await commit('a:page=1', [{ id: '1', title: 'new', updatedAt: '2026-01-01T00:00:00Z' }])
        const { products, totals } = await ledger.summary(run)
        expect(products).toMatchObject([{ id: '1', title: 'new' }])
        expect(totals).toMatchObject({ products: 1, duplicates: 0, pages: 1 })
      })

      it('A-1 continues a complete run whose results were not delivered, and fetches nothing', async () => {
        await commit('a:page=1', [{ id: '1' }])
        await commit('b:page=1', [])
        const first = run
        await reopen()
        expect(run).toMatchObject({ id: first.id, resumed: true })
        expect(await ledger.pending(run)).toEqual([])
        expect(await ledger.closeRun(run, 'finished')).toBe('complete')
        await reopen()
        expect(run.id).toBe(first.id)
        await finish()
        await reopen()
        expect(run.id).not.toBe(first.id)
      })

      it('A-9 remembers the quiet that a server asked for, and no more than it asked for', async () => {
        const failure = (source: string, attempt: number, quietMs?: number) => ({
          source,
          pageId: `${source}:page=1`,
          attempt,
          code: 'HTTP_429',
          message: 'no',
          at: clock.wallNow(),
          quietMs,
        })
        const failures = [failure('a', 1, 60_000), failure('a', 2, 1_000), failure('b', 1)]
        await ledger.log({ departures: [], failures, transitions: [] })
        await clock.advance(20_000)
        await reopen()
        expect(run.quietMs).toEqual(new Map([['a', 40_000]]))
        clock.jumpWall(-86_400_000)
        await reopen()
        expect(run.quietMs).toEqual(new Map([['a', 60_000]]))
        clock.jumpWall(2 * 86_400_000)
        await reopen()
        expect(run.quietMs).toEqual(new Map())
      })

      it('waits no longer for what an earlier process waited for', async () => {
        await ledger.giveBack(await claim('a:page=1'), {
          notBefore: clock.wallNow() + 86_400_000,
          spendsTry: false,
        })
        await reopen()
        expect(await ledger.pending(run)).toEqual([pageOf('a', 1), pageOf('b', 1)])
      })

      it.each([
        ['interrupted', 'complete'],
        ['finished', 'complete'],
        ['timeout', 'complete'],
      ] as const)('a run that was %s, but left nothing undone, is %s', async (end, status) => {
        await commit('a:page=1', [])
        await commit('b:page=1', [])
        expect(await ledger.closeRun(run, end)).toBe(status)
      })

      it('is partial, not interrupted, when an interruption left nothing undone but a failed page', async () => {
        await commit('a:page=1', [])
        await ledger.fail(await claim('b:page=1'), { code: 'HTTP_404', message: 'no', at: 0 })
        expect(await ledger.closeRun(run, 'interrupted')).toBe('partial')
      })

      it('refuses another plan by the name of what changed, and takes it with fresh', async () => {
        await commit('a:page=1', [{ id: '1' }])
        const changed = { ...planOf('a', 'c'), parts: { 'a.mapping': 'b', 'c.mapping': 'a' } }
        const refusal = ledger.openRun(changed, { fresh: false })
        await expect(refusal).rejects.toThrow(PlanChangedError)
        await expect(refusal).rejects.toMatchObject({
          changes: ['a.mapping changed', 'b.mapping removed', 'c.mapping added'],
        })
        await reopen(changed, true)
        expect(run.resumed).toBe(false)
        expect([...(run.lastDepartureAt ?? [])]).toEqual([['a', clock.wallNow()]])
        expect((await ledger.pending(run)).map(page => page.id)).toEqual(['a:page=1', 'c:page=1'])
        expect((await ledger.summary(run)).products).toEqual([])
      })

      it('knows the last departure of a run that ended well', async () => {
        const at = clock.wallNow()
        await ledger.log({
          departures: [{ source: 'a', pageId: 'a:page=1', attempt: 1, at }],
          failures: [],
          transitions: [],
        })
        await ledger.closeRun(run, 'interrupted')
        await clock.advance(10_000)
        await reopen()
        expect(run.lastDepartureAt).toEqual(new Map([['a', at]]))
      })

      describe('what endpoints are owed', () => {
        const asked = async (quietMs: number): Promise<void> => {
          const [at, pageId] = [clock.wallNow(), 'a:page=1']
          const failure = { source: 'a', pageId, attempt: 1, code: 'HTTP_429', message: 'no', at, quietMs }
          const departure = { source: 'a', pageId, attempt: 1, at }
          await ledger.log({ departures: [departure], failures: [failure], transitions: [] })
        }

        it("A-9 is not forgotten by fresh, however often, nor by a change of the source's name", async () => {
          await asked(60_000)
          await finish()
          const at = clock.wallNow()
          for (const leftMs of [50_000, 40_000, 30_000]) {
            await clock.advance(10_000)
            await reopen(planOf('a', 'b'), true)
            expect(run.quietMs).toEqual(new Map([['a', leftMs]]))
            expect(run.lastDepartureAt?.get('a')).toBe(at)
            await finish()
          }
          const [first, second] = planOf('a', 'b').sources
          const renamed = [{ ...first, name: 'other' }, second].filter(one => one?.name !== undefined)
          await reopen({ ...planOf('a'), sources: renamed as RunPlan['sources'] }, true)
          expect(run.quietMs).toEqual(new Map([['other', 30_000]]))
          expect(run.lastDepartureAt).toEqual(new Map([['other', at]]))
        })

        it('A-4 is not forgotten by a run that ends before anything has departed', async () => {
          const at = clock.wallNow()
          await asked(1)
          await commit('a:page=1', [])
          await commit('b:page=1', [])
          await finish()
          await clock.advance(100)
          await reopen()
          expect(run.resumed).toBe(false)
          await ledger.closeRun(run, 'interrupted')
          await reopen()
          expect(run.lastDepartureAt).toEqual(new Map([['a', at]]))
        })

        it("is that endpoint's alone", async () => {
          await asked(60_000)
          await reopen(planOf('c'), true)
          expect([run.quietMs?.size, run.lastDepartureAt?.size]).toEqual([0, 0])
        })
      })

      it('lists many pending pages in pieces', async () => {
        const next = Array.from({ length: 2_500 }, (_, index) => pageOf('a', index + 2))
        await commit('a:page=1', [], { next })
        const ids = new Set<string>()
        let after: string | undefined
        for (;;) {
          const pages = await ledger.pending(run, after)
          if (pages.length === 0) break
          for (const page of pages) ids.add(page.id)
          after = pages.at(-1)?.id
        }
        expect(ids.size).toBe(2_501)
      })
    })

    describe('summary', () => {
      it('says complete, failed or partial, as the sources stand', async () => {
        await commit('a:page=1', [])
        await ledger.fail(await claim('b:page=1'), { code: 'HTTP_404', message: 'no', at: 0 })
        expect(await finish()).toBe('partial')
        const { run: summary, sources } = await ledger.summary(run)
        expect(summary.status).toBe('partial')
        expect(sources.map(source => source.status)).toEqual(['complete', 'failed'])
      })

      it('says failed when every source failed, and interrupted when it was never closed', async () => {
        expect((await ledger.summary(run)).run).toMatchObject({ status: 'interrupted', finishedAt: null })
        for (const id of ['a:page=1', 'b:page=1']) {
          await ledger.fail(await claim(id), { code: 'HTTP_404', message: 'no', at: 0 })
        }
        expect(await finish()).toBe('failed')
      })

      it('counts a loop as a failure of its source and a hard page limit as partial', async () => {
        await commit('a:page=1', [], { stop: 'loop' })
        await commit('b:page=1', [], { stop: 'max-pages' })
        expect(await finish()).toBe('partial')
        const { sources } = await ledger.summary(run)
        expect(sources.map(source => source.status)).toEqual(['failed', 'partial'])
      })

      it('counts requests, retries, errors, transitions, coverage and the worst second', async () => {
        const at = clock.wallNow()
        const departure = (offset: number, attempt: number) => ({
          source: 'a',
          pageId: 'a:page=1',
          attempt,
          at: at + offset,
        })
        await ledger.log({
          departures: [departure(0, 1), departure(400, 2), departure(1_000, 3), departure(1_100, 4)],
          failures: [1, 2, 3].map(attempt => ({
            source: 'a',
            pageId: 'a:page=1',
            attempt,
            code: 'HTTP_500',
            message: 'no',
            at: at + attempt,
          })),
          transitions: [{ source: 'a', from: 'closed', to: 'open', at, cause: 'failures' }],
        })
        await commit('a:page=1', [{ id: '1' }, { id: '2' }, { id: '1' }], {
          reportedTotal: 5,
          warnings: 2,
          redactions: 3,
          rejects: [{ index: 3, code: 'X', reason: 'x', raw: '1' }],
        })
        await finish()
        const { sources, totals } = await ledger.summary(run)
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

      it('lists ten thousand products and says where the others are', async () => {
        const rows = Array.from({ length: 10_001 }, (_, index) => ({ id: String(index).padStart(5, '0') }))
        await commit('a:page=1', rows)
        await finish()
        const { products, productsTruncated, totals } = await ledger.summary(run)
        expect(totals.products).toBe(10_001)
        expect(products).toHaveLength(10_000)
        expect(products.at(-1)?.id).toBe('09999')
        expect(productsTruncated).toMatchObject({ listed: 10_000, total: 10_001 })
        expect(productsTruncated?.rest).not.toBe('')
      })

      it('averages prices per currency without a float', async () => {
        const price = (amount: string, currency: string) => ({ amount, currency })
        await commit('a:page=1', [
          { id: '1', price: price('0.10', 'EUR') },
          { id: '2', price: price('0.20', 'EUR') },
          { id: '3', price: price('90071992547409930.00', 'USD') },
          { id: '4', price: null },
        ])
        await finish()
        const [source] = (await ledger.summary(run)).sources
        expect(source?.averagePrice).toEqual({ EUR: '0.15', USD: '90071992547409930.00' })
      })
    })
  })
}
