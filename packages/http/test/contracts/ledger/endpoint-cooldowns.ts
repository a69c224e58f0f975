import { describe, expect, test } from 'vitest'
import type { RunPlan } from '../../../src/acquisition/ledger/ledger.js'
import { planOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

/** What an endpoint asked for outlives the run that it asked. */
export function describeEndpointCooldowns(rig: LedgerRig): void {
  describe('what endpoints are owed', () => {
    const asked = async (quietMs: number): Promise<void> => {
      const [at, pageId] = [rig.clock.wallNow(), 'a:page=1']
      const failure = { stream: 'a', pageId, attempt: 1, code: 'HTTP_429', message: 'no', at, quietMs }
      const departure = { stream: 'a', pageId, attempt: 1, at }
      await rig.run.log({ departures: [departure], failures: [failure], transitions: [] })
    }

    test("A-9 is not forgotten by fresh, however often, nor by a change of the stream's name", async () => {
      await asked(60_000)
      await rig.finish()
      const at = rig.clock.wallNow()
      for (const leftMs of [50_000, 40_000, 30_000]) {
        await rig.clock.advance(10_000)
        await rig.reopen(planOf('a', 'b'), true)
        expect(rig.run.quietMs).toEqual(new Map([['a', leftMs]]))
        expect(rig.run.lastDepartureAt.get('a')).toBe(at)
        await rig.finish()
      }
      const [first, second] = planOf('a', 'b').streams
      const renamed = [{ ...first, name: 'other' }, second].filter(one => one?.name !== undefined)
      await rig.reopen({ ...planOf('a'), streams: renamed as RunPlan['streams'] }, true)
      expect(rig.run.quietMs).toEqual(new Map([['other', 30_000]]))
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

    test("is that endpoint's alone", async () => {
      await asked(60_000)
      await rig.reopen(planOf('c'), true)
      expect([rig.run.quietMs.size, rig.run.lastDepartureAt.size]).toEqual([0, 0])
    })
  })
}
