import { describe, expect, test } from 'vitest'
import type { RunPlan } from '../../../src/acquisition/ledger/ledger.js'
import { planOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

/** What an endpoint asked for outlives the run that it asked. */
export function describeEndpointCooldowns(rig: LedgerRig): void {
  describe('what endpoints are owed', () => {
    const asked = async (quietMs: number): Promise<void> => {
      const [at, pageId] = [rig.clock.wallNow(), 'a:page=1']
      const departure = { stream: 'a', pageId, attempt: 1, at }
      const quiet = { stream: 'a', at, quietMs, askedBy: '429' }
      await rig.run.log({ departures: [departure], failures: [], transitions: [], quiets: [quiet] })
    }

    test("A-9 is not forgotten by fresh, however often, nor by a change of the stream's name", async () => {
      await asked(60_000)
      await rig.finish()
      const at = rig.clock.wallNow()
      for (const leftMs of [50_000, 40_000, 30_000]) {
        await rig.clock.advance(10_000)
        await rig.reopen(planOf('a', 'b'), true)
        expect(rig.run.quiet).toEqual(new Map([['a', { leftMs, askedBy: '429' }]]))
        expect(rig.run.lastDepartureAt.get('a')).toBe(at)
        await rig.finish()
      }
      const [first, second] = planOf('a', 'b').streams
      const renamed = [{ ...first, name: 'other' }, second].filter(one => one?.name !== undefined)
      await rig.reopen({ ...planOf('a'), streams: renamed as RunPlan['streams'] }, true)
      expect(rig.run.quiet).toEqual(new Map([['other', { leftMs: 30_000, askedBy: '429' }]]))
      expect(rig.run.lastDepartureAt).toEqual(new Map([['other', at]]))
    })

    test('A-4 is not forgotten by a run that ends before anything has departed', async () => {
      const at = rig.clock.wallNow()
      await asked(1)
      await rig.commit('a:page=1', [])
      await rig.commit('b:page=1', [])
      await rig.finish()
      await rig.clock.advance(100)
      await rig.reopen()
      expect(rig.run.resumed).toBe(false)
      await rig.run.end('interrupted')
      await rig.reopen()
      expect(rig.run.lastDepartureAt).toEqual(new Map([['a', at]]))
    })

    test('N-17 is the wish that ends last, whatever came after it, and no more than can be meant', async () => {
      await asked(60_000)
      await asked(1_000)
      await rig.reopen()
      expect(rig.run.quiet.get('a')).toEqual({ leftMs: 60_000, askedBy: '429' })
      await asked(400 * 86_400_000)
      await rig.reopen()
      expect(rig.run.quiet.get('a')?.leftMs).toBe(31 * 86_400_000)
    })

    test('N-17 is forgotten by name, and for good', async () => {
      await asked(60_000)
      await rig.reopen(planOf('a', 'b'), false, ['b'])
      expect(rig.run.quiet.size).toBe(1)
      const { lastDepartureAt } = rig.run
      await rig.reopen(planOf('a', 'b'), true, ['a'])
      expect([rig.run.quiet.size, rig.run.lastDepartureAt]).toEqual([0, lastDepartureAt])
      await rig.reopen()
      expect(rig.run.quiet.size).toBe(0)
    })

    test("is that endpoint's alone", async () => {
      await asked(60_000)
      await rig.reopen(planOf('c'), true)
      expect([rig.run.quiet.size, rig.run.lastDepartureAt.size]).toEqual([0, 0])
    })
  })
}
