import type { Clock } from 'async-patterns'
import { BatchProcessor } from 'async-patterns'
import type { Claim, PageCommit, Run } from '../ledger/index.js'
import type { JournalWriter } from './journal.js'
import { LEASE_MS } from './leases.js'

/** One transaction holds no more pages than this, so that the event loop is not blocked for long. */
const PAGES_PER_TRANSACTION = 200

/** What became of a committed page, and what is left after it. */
export interface Committed {
  readonly result: 'done' | 'stale'
  /** Of the whole run. */
  readonly openPages: number
  /** Of the page's stream. */
  readonly openPagesOfStream: number
}

/** Pages that are delivered together are claimed together. `worker`: who claims, unique over all machines. */
export function claimsOn(run: Run, worker: string, clock: Clock): BatchProcessor<string, Claim | undefined> {
  return batches(clock, async ids => {
    const claims = await run.claim(ids, worker, LEASE_MS)
    const byPage = new Map(claims.map(claim => [claim.page.id, claim]))
    return ids.map(id => byPage.get(id))
  })
}

/**
 * All pages that wait when the last transaction has ended go into the next. What happened on the wire is
 * written before the pages that it brought.
 */
export function commitsTo(
  run: Run,
  journal: JournalWriter,
  clock: Clock,
): BatchProcessor<PageCommit, Committed> {
  return batches(clock, async pages => {
    await journal.flush()
    const { results, openPages, openPagesOf } = await run.commit(pages)
    return pages.map(({ claim }, index) => ({
      result: results[index] ?? 'stale',
      openPages,
      openPagesOfStream: openPagesOf.get(claim.page.stream) ?? 0,
    }))
  })
}

function batches<T, R>(clock: Clock, process: (items: readonly T[]) => Promise<R[]>): BatchProcessor<T, R> {
  return new BatchProcessor<T, R>({
    process,
    maxBatchSize: PAGES_PER_TRANSACTION,
    maxWaitMs: 0,
    maxConcurrentBatches: 1,
    clock,
  })
}
