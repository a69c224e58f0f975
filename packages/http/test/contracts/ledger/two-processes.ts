import { describe, expect, test } from 'vitest'
import { planOf } from './ledger-rig.js'
import type { LedgerRig } from './ledger-rig.js'

/**
 * A ledger is joined by a second process, or refuses it by name; never do two processes work unseen on one.
 */
export function describeTwoProcesses(rig: LedgerRig): void {
  describe('two processes on one ledger', () => {
    test.each([true, false])(
      'a second process with join: %j takes part, or is refused by name',
      async join => {
        const { opened, code, message } = await rig.openElsewhere(planOf('a', 'b'), { join })
        if (opened) expect(join).toBe(true)
        else
          expect([code, message]).toEqual([
            expect.stringMatching(/^LEDGER_/),
            expect.stringMatching(/\w+ \w+/),
          ])
        // Whatever became of the second one, the first goes on.
        await rig.commit('a:page=1', [{ id: '1' }])
        expect((await rig.summary()).totals.records).toBe(1)
      },
    )
  })
}
