import type { FieldAverage, RunStatus } from '../../measurements/index.js'
import type { FieldValue } from '../records/index.js'
import type { Quality } from './quality.js'

/** Why a run ended: its pages ran out, somebody stopped it, or its total timeout passed. */
export type RunEnd = 'finished' | 'interrupted' | 'timeout'

/** A stream's breaker moved. */
export interface TransitionRow {
  readonly stream: string
  readonly from: string
  readonly to: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly cause: string
}

/** What a ledger counts for one stream of a run. */
export interface StreamCounts {
  readonly name: string
  readonly endpoint: string
  readonly limitPerSecond: number
  /** Why its open pages are left to the next run, if they are: `AUTH_FAILED`, `GAVE_UP`, `LOOP`, `QUIET`. */
  readonly ended: string | null
  readonly donePages: number
  readonly failedPages: number
  readonly openPages: number
  /** Records that could be mapped, repeated ones included. */
  readonly takenRecords: number
  /** Rejections of records: one that is rejected on two pages counts twice. */
  readonly rejections: number
  /** Records that were rejected and never taken, each once, by its id; one without counts each time. */
  readonly rejectedRecords: number
  /** Fewer where several without an id have one text: they may be one record that came again. */
  readonly distinctRejects: number
  /** Records that `where` left out, repeated ones included. */
  readonly filtered: number
  readonly warnings: number
  readonly redactions: number
  readonly reportedTotal: number | null
  /** 1 when the stream led back to what it had served already, or did not say where it goes on. */
  readonly strayed: number | null
  /** 1 when the hard limit of pages ended the stream. */
  readonly cutShort: number | null
  /** Of the rejected records those whose ids are not known. */
  readonly unknownRejects: number
  readonly uniqueIds: number
  /** Records of earlier runs that were found to be gone. */
  readonly deleted: number
  /** 1 where they are looked for. */
  readonly markDeleted: number
  /** 1 when the run takes all of it, and not what is new alone. */
  readonly whole: number
  /** Streams for whose records it is taken. */
  readonly parents: readonly string[]
  readonly requests: number
  readonly retries: number
  readonly quality: Quality
}

/** How often a stream met an error, and when first and last. Times in epoch milliseconds. */
export interface ErrorCount {
  readonly stream: string
  readonly code: string
  readonly count: number
  readonly firstAt: number
  readonly lastAt: number
  /** Of the last; null where the code says all. */
  readonly message: string | null
  /** Of the URL that was asked last; null where the error is no request's. */
  readonly path: string | null
}

/** What a stream gave notice of, by code and subject (empty where there is none). Times in epoch milliseconds. */
export interface NoticeCount extends Omit<ErrorCount, 'path'> {
  readonly about: string
  /** Of the last. */
  readonly message: string
}

/** Why records of a stream were rejected. */
export interface RejectionCount {
  readonly stream: string
  readonly code: string
  readonly field: string | null
  readonly count: number
  /** Of the first. */
  readonly reason: string
}

/** A record as the ledger holds it. */
export interface StoredRecord {
  readonly stream: string
  readonly id: string
  readonly fields: Readonly<Record<string, FieldValue>>
}

/** What a ledger tells of a run, whatever database it lives in. Times in epoch milliseconds. */
export interface RunData {
  readonly run: {
    readonly id: string
    readonly startedAt: number
    readonly finishedAt: number | null
    readonly now: number
    readonly end: RunEnd | null
    readonly status: RunStatus | null
    readonly configHash: string
    readonly version: string
  }
  /** In the order of the plan. */
  readonly streams: readonly StreamCounts[]
  /** By stream, then by field: the averages of those fields that the plan says hold numbers or amounts. */
  readonly averages: ReadonlyMap<string, Readonly<Record<string, FieldAverage>>>
  /** By endpoint: the most departures in any half-open second. */
  readonly worstSeconds: ReadonlyMap<string, number>
  /** By stream and code. */
  readonly errors: readonly ErrorCount[]
  readonly transitions: readonly TransitionRow[]
  /** By stream, the most frequent first. */
  readonly rejections: readonly RejectionCount[]
  /** By stream, mapped fields that are null in all of its records. */
  readonly emptyFields: ReadonlyMap<string, readonly string[]>
  /** By stream, fields that records of the run before had, and none of this one. */
  readonly unseenFields: ReadonlyMap<string, readonly string[]>
  /** By stream, code and subject. */
  readonly notices: readonly NoticeCount[]
  /** The first `LISTED_RECORDS`, by stream and id. */
  readonly records: readonly StoredRecord[]
  /** Where all records lie. */
  readonly recordsAt: string
}

/** How many records a summary lists; the rest stays in the ledger. */
export const LISTED_RECORDS = 10_000
