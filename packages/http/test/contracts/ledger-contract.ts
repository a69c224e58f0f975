import { afterEach, beforeEach, describe } from 'vitest'
import { describeClaims } from './ledger/claims.js'
import { describeCommits } from './ledger/commits.js'
import { describeDelivery } from './ledger/delivery.js'
import { describeEndpointCooldowns } from './ledger/endpoint-cooldowns.js'
import { describeGone } from './ledger/gone.js'
import { LedgerRig } from './ledger/ledger-rig.js'
import type { LedgerPlace } from './ledger/ledger-rig.js'
import { describeProgress } from './ledger/progress.js'
import { describeQuotaUse } from './ledger/quota-use.js'
import { describeRuns } from './ledger/runs.js'
import { describeSchemas } from './ledger/schemas.js'
import { describeSummary } from './ledger/summary.js'
import { describeTwoProcesses } from './ledger/two-processes.js'

export { commitOf, pageOf, planOf } from './ledger/ledger-rig.js'

/** What every Ledger must do, whatever it keeps its data in. */
export function describeLedger(name: string, makePlace: () => Promise<LedgerPlace>): void {
  describe(`ledger contract: ${name}`, () => {
    const rig = new LedgerRig(makePlace)
    beforeEach(() => rig.setUp())
    afterEach(() => rig.tearDown())

    describeClaims(rig)
    describeCommits(rig)
    describeRuns(rig)
    describeEndpointCooldowns(rig)
    describeQuotaUse(rig)
    describeSummary(rig)
    describeProgress(rig)
    describeDelivery(rig)
    describeGone(rig)
    describeSchemas(rig)
    describeTwoProcesses(rig)
  })
}
