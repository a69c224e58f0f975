import { describe, expect, test } from 'vitest'
import type { RunPlan } from '../../../src/acquisition/ledger/ledger.js'
import { planOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

const DAY = 86_400_000

/** What was used of a quota outlives the run that used it. */
export function describeQuotaUse(rig: LedgerRig): void {
  describe('what was used of quotas', () => {
    const limited: RunPlan = {
      ...planOf('a', 'b'),
      streams: planOf('a', 'b').streams.map(stream =>
        stream.name === 'a' ? { ...stream, quotaMs: DAY } : stream,
      ),
    }

    const departs = async (stream: string): Promise<void> => {
      const departure = { stream, pageId: `${stream}:page=1`, attempt: 1, at: rig.clock.wallNow() }
      await rig.run.log({ departures: [departure], failures: [], transitions: [] })
    }

    test('is counted by the second for streams that have one, and kept over runs and fresh', async () => {
      await rig.reopen(limited)
      const now = rig.clock.wallNow()
      const [second] = [Math.ceil(now / 1_000) * 1_000]
      for (const stream of ['a', 'a', 'b']) await departs(stream)
      await rig.finish()
      await rig.clock.advance(5_000)
      const used = [{ endpoint: expect.any(String), stream: 'a', at: second, count: 2 }]
      for (const fresh of [false, true, true]) {
        await rig.reopen(limited, fresh)
        expect(rig.run.used).toEqual(used)
      }
      await departs('a')
      await rig.reopen(limited)
      expect(rig.run.used).toHaveLength(2)
    })

    test('is forgotten after a day, and never lies in the future', async () => {
      await rig.reopen(limited)
      await departs('a')
      await rig.clock.advance(DAY - 1_000)
      await rig.reopen(limited)
      expect(rig.run.used).toHaveLength(1)
      expect(rig.run.used[0]?.at).toBeLessThanOrEqual(rig.clock.wallNow())
      await rig.clock.advance(2_001)
      await rig.reopen(limited)
      expect(rig.run.used).toEqual([])
    })
  })
}
