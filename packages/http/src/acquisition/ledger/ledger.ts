import type { Claim, PageCommit, PageError, PageRef } from './page.js'
import type { Summary } from '../summary/summary.js'

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
  /** Sources of one endpoint (origin and path) share its rate limit. */
  readonly endpoint: string
  readonly limitPerSecond: number
  /** Where its sequence begins. */
  readonly first: PageRef
}

/** One run of a plan; `resumed` when it continues an earlier one that was not complete. */
export interface Run {
  readonly id: string
  /** Epoch milliseconds; of the first start when the run is resumed. */
  readonly startedAt: number
  readonly resumed: boolean
  /**
   * By source, epoch milliseconds of the latest moment at which a request may have departed to its endpoint before, in
   * whichever run; absent where there was none. Limiters stay shut for one full window from then, or kill and
   * restart would break the limit.
   */
  readonly lastDepartureAt?: ReadonlyMap<string, number>
  /** By source, for how many milliseconds from now on its endpoint has asked for quiet (Retry-After), where it has. */
  readonly quietMs?: ReadonlyMap<string, number>
}

/** One departure: the moment at which a request's head was written, in epoch milliseconds. */
export interface Departure {
  readonly source: string
  readonly pageId: string
  /** From 1, over restarts. */
  readonly attempt: number
  readonly at: number
}

/** An attempt that failed; it has spent a try of its page. */
export interface AttemptFailure extends PageError {
  readonly source: string
  readonly pageId: string
  readonly attempt: number
  /** For how many milliseconds from then on the server asked for quiet, if it did. */
  readonly quietMs?: number | undefined
}

/** A source's breaker moved. */
export interface TransitionRow {
  readonly source: string
  readonly from: string
  readonly to: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly cause: string
}

/** What happened on the wire, written in one go and before the pages that it brought. */
export interface Journal {
  readonly departures: readonly Departure[]
  readonly failures: readonly AttemptFailure[]
  readonly transitions: readonly TransitionRow[]
}

/** By what a source that leads back to what it has served already is noticed. */
export interface KnownPage {
  readonly id: string
  readonly source: string
  /** Of its rows, once it is done. */
  readonly fingerprint: string | null
}

/** A rejected record, as it is rendered to `rejected.jsonl`. */
export interface RejectedRow {
  readonly source: string
  readonly page: string
  readonly index: number
  readonly code: string
  readonly field: string | null
  readonly reason: string
  /** The record as the source gave it, as JSON. */
  readonly raw: string
}

export type RunStatus = 'complete' | 'partial' | 'failed' | 'interrupted'

/** Why a run ended: its pages ran out, somebody stopped it, or its total timeout passed. */
export type RunEnd = 'finished' | 'interrupted' | 'timeout'

/**
 * The truth about a run: what is done, what was taken, what failed. SQLite embedded, PostgreSQL for a fleet;
 * one contract suite runs over every implementation. A ledger has one open run at a time. Whatever a method
 * writes is written whole or not at all; what it cannot write it rejects with a LedgerError.
 */
export interface Ledger extends AsyncDisposable {
  /**
   * Continues the last run when it has pages that are not done (those that failed get fresh tries) or its results were
   * not delivered, or else begins a new one that upserts over the products at hand. `fresh` begins with an empty
   * ledger, whatever there was; only what endpoints are owed (`lastDepartureAt`, `quietMs`) is never forgotten.
   * @throws PlanChangedError when the ledger was filled by another plan and `fresh` is not set.
   */
  openRun(plan: RunPlan, options: { readonly fresh: boolean }): Promise<Run>
  /** Done and failed pages, and those another worker holds, are absent from the answer. */
  claim(pageIds: readonly string[], worker: string, leaseMs: number): Promise<Claim[]>
  /** False when the claim was lost. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>
  /**
   * One transaction for all pages given; a stale claim's page changes nothing. Of records with the same id in
   * one run that with the newest `updatedAt` stays, then that of the lowest ordinal, then the lowest index:
   * the same whatever the order of arrival. A record of a later run replaces that of an earlier one.
   */
  commit(pages: readonly PageCommit[]): Promise<('done' | 'stale')[]>
  /** The page is open again. `spendsTry` counts a try that no journal names. */
  giveBack(
    claim: Claim,
    how: { readonly notBefore: number; readonly error?: PageError | undefined; readonly spendsTry: boolean },
  ): Promise<void>
  /**
   * The page has used its tries, or no try can help. The error is counted, unless an attempt at the page has
   * failed with the same code. A stale claim changes nothing.
   */
  fail(claim: Claim, error: PageError): Promise<void>
  /**
   * Pages that are neither done nor failed nor held, in the order of their ids; those with expired leases are
   * freed. At most 1,000, after the id `after`: for start-up and sweeper.
   */
  pending(run: Run, after?: string): Promise<PageRef[]>
  /** All pages that the run knows, whatever has become of them. */
  known(run: Run): Promise<KnownPage[]>
  /** A failure spends a try of its page; so a page's tries are remembered over restarts. */
  log(journal: Journal): Promise<void>
  /** Ends the run and says how it stands. A run that was never closed counts as interrupted. */
  closeRun(run: Run, end: RunEnd): Promise<RunStatus>
  /** The run's results are where they belong. */
  delivered(run: Run): Promise<void>
  summary(run: Run): Promise<Summary>
  /** All rejected records of the run, by source, page and index. */
  rejected(run: Run): AsyncIterable<RejectedRow>
}
