import type { AcceptedRecord, FieldSums, InferredTypes, RejectedRecord } from '../records/index.js'

/** Small plain data that a page carries: what its way of paging has to know of it. */
export type PageState = Readonly<Record<string, string | number>>

/**
 * What tells a part of a stream: by reference (`project.id`, `state`) the exact JSON text of its value, `17` or
 * `"open"`.
 */
export type Partition = Readonly<Record<string, string>>

/** A span, as canonical texts: dates in ISO 8601 (UTC, milliseconds), numbers in digits. */
export interface PageWindow {
  /** Default: from the beginning. */
  readonly since?: string | undefined
  /** Default: without end. */
  readonly until?: string | undefined
}

/**
 * A page that is to be fetched. It is a request that is not made yet: method, URL, headers and body come from
 * the stream and from what is here. Its id is the same in every run of the same plan: `northwind:page=3`.
 */
export interface PageRef {
  readonly id: string
  readonly stream: string
  /** Position in its sequence, from 1; decides between duplicates. */
  readonly ordinal: number
  /** Of its partition and window among the others of the stream; that of a stream without them is 0. */
  readonly rank?: number | undefined
  /** Which page it is, in the words of the stream's way of paging: `{ page: 3 }`, `{ cursor: "abc" }`. */
  readonly state: PageState
  /** The part of the stream that it belongs to, where a stream is taken in parts (one for each parent, say). */
  readonly partition?: Partition | undefined
  /** The span of time, or of another order, that it belongs to. */
  readonly window?: PageWindow | undefined
  /**
   * What the progress of its part of the stream is kept under, where progress is kept: empty for a stream
   * without parts.
   */
  readonly part?: string | undefined
  /** Tries spent so far in this run. */
  readonly tries: number
  /** Epoch milliseconds before which it must not be fetched; 0 for at once. */
  readonly notBefore: number
}

/** More pages than a sequence can have. */
const PAGES_OF_A_RANK = 2 ** 24

/** The largest rank of a page. */
export const LARGEST_RANK = 2 ** 29 - 1

/** Ranks of one partition: of those that differ by less in their upper bits, windows alone differ. */
export const RANKS_OF_PARTITION = 2 ** 12

/** How many bits of a page's order do not tell its partition. */
export const BITS_IN_PARTITION = Math.log2(PAGES_OF_A_RANK * RANKS_OF_PARTITION)

/** Where a page stands among all of its stream: by rank, then by ordinal. */
export function orderOf({ rank = 0, ordinal }: PageOrder): number {
  return rank * PAGES_OF_A_RANK + ordinal
}

/** What orders pages. */
export type PageOrder = Pick<PageRef, 'rank' | 'ordinal'>

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
  /** Ids of records that the source says are gone. */
  readonly deletions?: readonly string[] | undefined
  /** How many records `where` has left out. Default 0. */
  readonly filtered?: number | undefined
  readonly warnings: number
  readonly redactions: number
  /** Of the records' numbers. Default: nobody knows them, and averages are made of the records. */
  readonly sums?: FieldSums | undefined
  /** Of its records' fields whose types are not declared: what is new in them is kept, and told. Default: none. */
  readonly types?: InferredTypes | undefined
  /** Pages that it makes known: its successors, and children in other streams. */
  readonly next: readonly PageRef[]
  /**
   * The highest value of the page. When all pages of its part are done, and none of them strayed or was cut short,
   * the highest of all is kept for a later run; until then what was kept before.
   */
  readonly cursor?: StreamCursor | undefined
  /** What the source says its total is, when it says so. */
  readonly reportedTotal?: number | undefined
  /** Of the page's rows; kept, so that a source that serves the same rows again is noticed. */
  readonly fingerprint?: string | undefined
  readonly bytes: number
  /** What whoever looks at the stream's results should know of the page. */
  readonly notices?: readonly Notice[] | undefined
  /** Why the stream's sequence ends with this page, if it does. */
  readonly stop?: StopReason | undefined
}

/**
 * Something about a stream that is no error, but that whoever uses its records should know. Those of one code
 * and subject are counted as one, with the message of the last.
 */
export interface Notice {
  /** Literal and countable: `REPEATED_PAGE`, `TOTAL_TOO_LOW`. */
  readonly code: string
  /** What it is about, where a stream may have several of the code: a field, say. */
  readonly about?: string | undefined
  /** How often; default 1. */
  readonly count?: number | undefined
  /** A sentence without a full stop that goes on "northwind: ". */
  readonly message: string
}

/** How far a page has come, in the order by which later runs ask for what is new. */
export interface StreamCursor {
  /** Path to the values; none of a part of which only the mark is kept. */
  readonly field?: string | undefined
  readonly type?: 'date' | 'number' | 'text' | undefined
  /** Of what its part was begun for: kept when the part is whole. */
  readonly mark?: string | undefined
  /** Canonical: a date in ISO 8601 (UTC, milliseconds), digits, or a text. None of a page that has none. */
  readonly value?: string | undefined
}

/**
 * Why a stream has no further page after one. `loop` (it leads back to pages or rows that it has served
 * already) and `no-cursor` (it says that more follows, but not where) are errors of the source; the others
 * are not.
 */
export type StopReason = 'end' | 'empty' | 'max-pages' | 'loop' | 'no-cursor'

/** An attempt's error as the ledger keeps it. */
export interface PageError {
  /** Literal and countable: `HTTP_500`, `TIMEOUT`, `ECONNRESET`, `INVALID_JSON`. */
  readonly code: string
  readonly message: string
  /** Of the URL that was asked, with its query: `/items?page=3`. No secret stands in it. */
  readonly path?: string | undefined
  /** Epoch milliseconds. */
  readonly at: number
}
