import type { Claim, PageCommit, PageError, PageRef } from './page.js'
import type { Summary } from './summary.js'

/** What a run is asked to do, and by what it is recognised again. */
export interface RunPlan {
  /** Of all that decides which data are taken and how they are mapped. */
  readonly configHash: string
  /** The same per source and part, so that a refusal can name what changed: `northwind.mapping`. */
  readonly parts: Readonly<Record<string, string>>
  readonly version: string
  readonly sources: readonly PlannedSource[]
}

export interface PlannedSource {
  readonly name: string
  readonly limitPerSecond: number
  /** Where its sequence begins. */
  readonly first: PageRef
}

/** One run of a plan; `resumed` when it continues an earlier one that was not complete. */
export interface Run {
  readonly id: string
  readonly startedAt: number
  readonly resumed: boolean
  /** The ledger has seen departures before: limiters begin with a full window blocked. */
  readonly hasHistory: boolean
}

/** One departure: the moment at which a request's head was written, in epoch milliseconds. */
export interface Departure {
  readonly source: string
  readonly pageId: string
  readonly attempt: number
  readonly at: number
}

export type RunStatus = 'complete' | 'partial' | 'failed' | 'interrupted'

/**
 * The truth about a run: what is done, what was taken, what failed. SQLite embedded, PostgreSQL for a fleet;
 * one contract suite runs over every implementation.
 */
export interface Ledger extends AsyncDisposable {
  /**
   * Opens or continues a run.
   * @throws PlanChangedError when an unfinished run has another plan and `fresh` is not set;
   *   LedgerLockedError when another process holds the ledger.
   */
  openRun(plan: RunPlan, options: { readonly fresh: boolean }): Promise<Run>
  /** Done pages, and those another worker holds, are absent from the answer. */
  claim(pageIds: readonly string[], worker: string, leaseMs: number): Promise<Claim[]>
  /** False when the claim was lost. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>
  /** One transaction for all pages given; a stale claim's page changes nothing. */
  commit(pages: readonly PageCommit[]): Promise<('done' | 'stale')[]>
  giveBack(
    claim: Claim,
    how: { readonly notBefore: number; readonly error?: PageError | undefined; readonly spendsTry: boolean },
  ): Promise<void>
  /** The page has used its tries. */
  fail(claim: Claim, error: PageError): Promise<void>
  /** Pages that are neither done nor failed, with expired leases freed: for start-up and sweeper. */
  pending(run: Run, after?: string): Promise<PageRef[]>
  logDepartures(rows: readonly Departure[]): Promise<void>
  summary(run: Run): Promise<Summary>
}
