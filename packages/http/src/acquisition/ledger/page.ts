import type { AcceptedRecord, RejectedRecord } from '../records/normalised-page.js'
import type { StopReason } from '../streams/pagination/pagination.js'

/** A page that is to be fetched. Its id is the same in every run of the same plan: `northwind:page=3`. */
export interface PageRef {
  readonly id: string
  readonly source: string
  /** Position in the source's sequence, from 1; decides between duplicates. */
  readonly ordinal: number
  readonly url: string
  /** Tries spent so far in this run. */
  readonly tries: number
  /** Epoch milliseconds before which it must not be fetched; 0 for at once. */
  readonly notBefore: number
  /** How many pages right before this one were empty; the stop rule counts them, over a restart too. Default 0. */
  readonly emptyBefore?: number
}

/** The right to fetch a page. `fence` rises with each claim; a commit under an older one is stale. */
export interface Claim {
  readonly page: PageRef
  readonly worker: string
  readonly fence: number
}

/** All that a page brings, stored in one transaction. */
export interface PageCommit {
  readonly claim: Claim
  readonly records: readonly AcceptedRecord[]
  readonly rejects: readonly RejectedRecord[]
  readonly warnings: number
  readonly redactions: number
  readonly next: readonly PageRef[]
  /** What the source says its total is, when it says so. */
  readonly reportedTotal?: number | undefined
  /** Of the page's rows; kept, so that a source that serves the same rows again is noticed. */
  readonly fingerprint?: string | undefined
  readonly bytes: number
  /** Why the source's sequence ends with this page, if it does. */
  readonly stop?: StopReason | undefined
}

/** An attempt's error as the ledger keeps it. */
export interface PageError {
  /** Literal and countable: `HTTP_500`, `TIMEOUT`, `ECONNRESET`, `INVALID_JSON`. */
  readonly code: string
  readonly message: string
  /** Epoch milliseconds. */
  readonly at: number
}
