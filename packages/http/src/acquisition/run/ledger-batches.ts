import type { Clock } from 'async-patterns'
import { BatchProcessor } from 'async-patterns'
import type { JournalWriter } from './journal.js'
import type { Ledger } from '../ledger/ledger.js'
import type { Claim, PageCommit } from '../ledger/page.js'

export const LEASE_MS = 30_000
/** One transaction holds no more pages than this, so that the event loop is not blocked for long. */
const PAGES_PER_TRANSACTION = 200

/** Pages that are delivered together are claimed together. */
export function claimsOn(ledger: Ledger, clock: Clock): BatchProcessor<string, Claim | undefined> {
  const worker = `${process.pid}`
  return new BatchProcessor<string, Claim | undefined>({
    process: async ids => {
      const claims = await ledger.claim(ids, worker, LEASE_MS)
      const byPage = new Map(claims.map(claim => [claim.page.id, claim]))
      return ids.map(id => byPage.get(id))
    },
    maxBatchSize: PAGES_PER_TRANSACTION,
    maxWaitMs: 0,
    maxConcurrentBatches: 1,
    clock,
  })
}

/**
 * All pages that wait when the last transaction has ended go into the next. What happened on the wire is written before
 * the pages that it brought.
 */
export function commitsTo(
  ledger: Ledger,
  journal: JournalWriter,
  clock: Clock,
): BatchProcessor<PageCommit, 'done' | 'stale'> {
  return new BatchProcessor<PageCommit, 'done' | 'stale'>({
    process: async pages => {
      await journal.flush()
      return ledger.commit(pages)
    },
    maxBatchSize: PAGES_PER_TRANSACTION,
    maxWaitMs: 0,
    maxConcurrentBatches: 1,
    clock,
  })
}
