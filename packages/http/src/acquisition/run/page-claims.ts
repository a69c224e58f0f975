import type { Clock } from 'async-patterns'
import { BatchProcessor } from 'async-patterns'
import type { Claim, Run } from '../ledger/index.js'
import { LEASE_MS } from './leases.js'

/** Pages that are delivered together are claimed together. `worker`: who claims, unique over all machines. */
export function claimsOn(run: Run, worker: string, clock: Clock): BatchProcessor<string, Claim | undefined> {
  return new BatchProcessor({
    process: async ids => {
      const claims = await run.claim(ids, worker, LEASE_MS)
      const byPage = new Map(claims.map(claim => [claim.page.id, claim]))
      return ids.map(id => byPage.get(id))
    },
    maxBatchSize: 200,
    maxWaitMs: 0,
    maxConcurrentBatches: 1,
    clock,
  })
}
