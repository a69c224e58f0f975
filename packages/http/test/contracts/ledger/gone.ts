import { describe, expect, test } from 'vitest'
import type { RecordChange, RunPlan } from '../../../src/acquisition/ledger/ledger.js'
import type { PageCommit } from '../../../src/acquisition/ledger/page.js'
import { commitOf, pageOf, planOf } from './ledger-rig.js'
import type { LedgerRig, Row } from './ledger-rig.js'

/** Records that are gone, and ids that parts share. */
export function describeGone(rig: LedgerRig): void {
  const marking = (more: Partial<RunPlan['streams'][number]> = {}): RunPlan => {
    const plan = planOf('a', 'b')
    return {
      ...plan,
      streams: plan.streams.map(stream =>
        stream.name === 'a' ? { ...stream, markDeleted: true, ...more } : stream,
      ),
    }
  }
  const changes = async (after = 0): Promise<RecordChange[]> => {
    const rows = []
    for await (const row of rig.run.records('a', after)) rows.push(row)
    return rows
  }
  const deleted = async (): Promise<string[]> =>
    (await changes()).filter(({ deletedAt }) => deletedAt !== undefined).map(({ id }) => id)
  const runOf = async (plan: RunPlan, rows: readonly Row[], more: Partial<PageCommit> = {}, full = false) => {
    await rig.finish()
    await rig.clock.advance(1_000)
    await rig.reopenWith(plan, { full })
    await rig.commit('a:page=1', rows, more)
    await rig.commit('b:page=1', [])
  }
  const sourceOf = async () => (await rig.summary()).sources[0]

  describe('records that are gone', () => {
    const rows = ['1', '2', '3'].map(id => ({ id, title: `r${id}` }))
    const begin = async (plan = marking()): Promise<void> => {
      await rig.reopen(plan)
      await rig.commit('a:page=1', rows)
      await rig.commit('b:page=1', [{ id: '9' }])
    }

    test('what a whole run does not see is marked, after all else, with the fields that it had last', async () => {
      await begin()
      await runOf(marking(), rows.slice(1, 2))
      const last = (await changes()).at(-1)?.position ?? 0
      expect(await rig.finish()).toBe('complete')
      const marked = await changes(last)
      expect(marked.map(({ id, fields, deletedAt }) => [id, fields?.['title'], deletedAt])).toEqual([
        ['1', 'r1', rig.run.startedAt],
        ['3', 'r3', rig.run.startedAt],
      ])
      expect(await sourceOf()).toMatchObject({ accepted: 1, deleted: 2 })
      expect((await rig.summary()).sources[1]?.deleted).toBe(0)
    })

    test('what comes back is there again, and is told as a change; what stays away is marked once', async () => {
      await begin()
      await runOf(marking(), rows.slice(1))
      await rig.finish()
      const last = (await changes()).at(-1)?.position ?? 0
      await runOf(marking(), rows.slice(0, 1))
      const back = await changes(last)
      expect(back.map(({ id, deletedAt }) => [id, deletedAt])).toEqual([['1', undefined]])
      await rig.finish()
      expect((await sourceOf())?.deleted).toBe(2)
      await runOf(marking(), rows.slice(0, 1))
      await rig.finish()
      expect((await sourceOf())?.deleted).toBe(0)
      expect(await deleted()).toEqual(['2', '3'])
    })

    test('not without the setting, nor by a run that is not finished', async () => {
      await begin()
      await runOf(planOf('a', 'b'), [])
      await rig.finish()
      expect(await deleted()).toEqual([])
      await runOf(marking(), [], { next: [pageOf('a', 2)] })
      await rig.run.end('interrupted')
      expect(await deleted()).toEqual([])
      await rig.reopen(marking())
      await rig.commit('a:page=2', rows.slice(2))
      await rig.finish()
      expect(await deleted()).toEqual(['1', '2'])
    })

    test('not where the source says that more are there, nor where it is not known what was rejected', async () => {
      await begin()
      await runOf(marking(), rows.slice(1), { reportedTotal: 3 })
      await rig.finish()
      expect(await deleted()).toEqual([])
      const codes = (await sourceOf())?.notices.map(({ code }) => code)
      expect(codes).toEqual(['SHORT_OF_TOTAL', 'DELETIONS_UNKNOWN'])
      const reject = { index: 0, code: 'X', reason: 'x', raw: '{}' }
      await runOf(marking(), rows.slice(1), { rejects: [reject] })
      await rig.finish()
      expect(await deleted()).toEqual([])
      expect((await sourceOf())?.notices[0]?.message).toContain('the ids of 1 rejected records are not known')
      await runOf(marking(), rows.slice(2), { rejects: [{ ...reject, id: '1' }] })
      await rig.finish()
      expect(await deleted()).toEqual(['2'])
    })

    test('an incremental stream, and children of one, only by a run that takes all', async () => {
      const plan = marking({ isIncremental: true })
      const children = {
        ...plan,
        streams: plan.streams.map(one =>
          one.name === 'b' ? { ...one, markDeleted: true, parents: ['a'] } : one,
        ),
      }
      await begin(children)
      await rig.finish()
      await rig.ledger.setCursors('shops', [{ stream: 'a', part: '', state: { field: 'at', since: '1' } }])
      await runOf(children, [])
      await rig.finish()
      expect(await deleted()).toEqual([])
      await runOf(children, rows.slice(1), {}, true)
      await rig.finish()
      expect((await rig.summary()).sources.map(one => one.deleted)).toEqual([1, 1])
    })

    test('a run that takes all is one after a restart too, whatever has been kept by then', async () => {
      const plan = marking({ isIncremental: true })
      await begin(plan)
      await runOf(plan, [], { next: [pageOf('a', 2)] }, true)
      await rig.ledger.setCursors('shops', [{ stream: 'a', part: '', state: { field: 'at', since: '1' } }])
      await rig.reopen(plan)
      await rig.commit('a:page=2', rows.slice(2))
      await rig.finish()
      expect(await deleted()).toEqual(['1', '2'])
    })
  })

  describe('ids that parts share', () => {
    const part = (value: string, window = 0, ordinal = 1) => {
      const rank = (value === 'x' ? 3 : 4) * 4_096 + window
      return pageOf('a', ordinal, {
        id: `a:${value}${window}`,
        rank,
        partition: { kind: `"${value}"` },
      })
    }

    test('are told, where their records differ', async () => {
      const many = Array.from({ length: 70 }, (_, index) => ({ id: `n${index}`, title: 'same' }))
      await rig.commit('a:page=1', [], { next: [part('x'), part('y'), part('y', 1)] })
      await rig.commit('a:x0', [...many, { id: '1', title: 'of x' }, { id: '2', title: 'of x' }])
      await rig.commit('a:y0', [...many, { id: '1', title: 'of y' }, { id: '3', title: 'of y' }])
      const [notice, ...others] = (await rig.summary()).sources[0]?.notices ?? []
      expect(others).toEqual([])
      expect(notice).toMatchObject({ code: 'ID_CLASH', count: 1 })
      expect(notice?.message).toContain('"1" is the id of records of several parts')
      // Another window of the part may bring what has changed meanwhile.
      await rig.commit('a:y1', [{ id: '3', title: 'newer' }])
      expect((await rig.summary()).sources[0]?.notices).toHaveLength(1)
    })

    test('are none of two runs, nor of two commits at once of one part', async () => {
      await rig.commit('a:page=1', [], { next: [part('x'), part('y')] })
      await rig.commit('a:x0', [{ id: '1', title: 'one' }])
      await rig.commit('a:y0', [])
      await rig.commit('b:page=1', [])
      await rig.finish()
      await rig.reopen()
      await rig.commit('a:page=1', [], { next: [part('y')] })
      await rig.run.commit([commitOf(await rig.claim('a:y0'), [{ id: '1', title: 'two' }])])
      expect((await rig.summary()).sources[0]?.notices).toEqual([])
    })
  })
}
