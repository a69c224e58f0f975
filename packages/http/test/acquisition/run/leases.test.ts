import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { LeaseKeeper } from '../../../src/acquisition/run/leases.js'
import type { Run } from '../../../src/acquisition/ledger/ledger.js'
import type { Claim } from '../../../src/acquisition/ledger/page.js'
import { pageOf } from '../../contracts/ledger-contract.js'

describe('LeaseKeeper', () => {
  test('renews what is held three times a lease, and sets no timer when nothing is', async () => {
    const clock = new ManualClock()
    const renewed: string[] = []
    const run = {
      renew: async (claim: Claim) => {
        renewed.push(claim.page.id)
        return true
      },
    } as unknown as Run
    const leases = new LeaseKeeper(run, clock, 30_000, () => undefined)
    const claim = { page: pageOf('a', 1), worker: 'w', fence: 1 }
    leases.hold(claim)
    await clock.advance(25_000)
    expect(renewed).toEqual(['a:page=1', 'a:page=1'])
    leases.drop(claim)
    expect(clock.pendingTimers).toBe(0)
  })
})
