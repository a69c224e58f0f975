import type { RunStatus } from '../../measurements/index.js'
import type { InferredTypes } from '../records/index.js'
import type { Quality, RunData, RunEnd, TransitionRow } from '../summary/index.js'
import type {
  Claim,
  Notice,
  PageCommit,
  PageError,
  PageOrder,
  PageRef,
  PageState,
  Partition,
} from './page.js'

/** What a run is asked to do, and by what it is recognised again. */
export interface RunPlan {
  /** Of the pipeline that the ledger belongs to. */
  readonly name: string
  /** Of all that decides which data are taken and how they are mapped. */
  readonly configHash: string
  /** The same per stream and part, so that a refusal can name what changed: `northwind.mapping`. */
  readonly parts: Readonly<Record<string, string>>
  readonly version: string
  readonly streams: readonly PlannedStream[]
}

/** What a ledger has to know of one stream. */
export interface PlannedStream {
  readonly name: string
  /** Streams of one endpoint (an origin, or one of its paths) share its rate limit. */
  readonly endpoint: string
  readonly limitPerSecond: number
  /**
   * The longest window of the quotas that its departures count to, in milliseconds: for so long they are
   * remembered, over runs. Default none.
   */
  readonly quotaMs?: number | undefined
  /** Fields that hold numbers or amounts, whose averages `data` tells. */
  readonly numericFields: readonly string[]
  /** All mapped fields but the id, of which `data` tells those that are null in all records. */
  readonly fields: readonly string[]
  /** What its results have to be. */
  readonly quality: Quality
  /** Records of earlier runs that a run which takes all of it does not see are marked. Default false. */
  readonly markDeleted?: boolean | undefined
  /** Where something is kept of how far it has come, a run takes only what is new. Default false. */
  readonly isIncremental?: boolean | undefined
  /** Streams for whose records it is taken. Default none. */
  readonly parents?: readonly string[] | undefined
  /** Its partitions whose cursors `first` is told; one without parts has ''. */
  readonly partitions: readonly string[]
  /** Where its sequences begin, in a new run; none of a stream whose partitions are only found on the way. */
  first(beginning: RunBeginning): Iterable<PageRef>
}

/** What a new run begins with. */
export interface RunBeginning extends Pick<Run, 'id' | 'startedAt'> {
  /** By partition, how far the stream has come in earlier runs. */
  readonly cursors: ReadonlyMap<string, PageState>
}

/** One departure: the moment at which a request's head was written, in epoch milliseconds. */
export interface DepartureRow {
  readonly stream: string
  readonly pageId: string
  /** From 1, over restarts. */
  readonly attempt: number
  readonly at: number
}

/** An attempt that failed; it has spent a try of its page. */
export interface AttemptFailure extends PageError {
  readonly stream: string
  readonly pageId: string
  readonly attempt: number
}

/** That the server of a stream's endpoint asked for quiet. */
export interface QuietRow {
  readonly stream: string
  /** Epoch milliseconds. */
  readonly at: number
  /** From then on. */
  readonly quietMs: number
  /** `429 of page 7 of shop (retry-after)`. */
  readonly askedBy: string
}

/** What is left of the quiet that a server asked for. */
export interface OwedQuiet {
  /** From `open` on. */
  readonly leftMs: number
  readonly askedBy: string
}

/** Departures that count to a quota. */
export interface QuotaUse {
  readonly endpoint: string
  readonly stream: string
  /** Epoch milliseconds, at the end of the second in which they departed. */
  readonly at: number
  readonly count: number
}

/** A notice, and when it was given. */
export interface NoticeRow extends Notice {
  readonly stream: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** What happened on the wire, written in one go and before the pages that it brought. */
export interface Journal {
  readonly departures: readonly DepartureRow[]
  readonly failures: readonly AttemptFailure[]
  readonly transitions: readonly TransitionRow[]
  readonly notices?: readonly NoticeRow[]
  /** Of an endpoint the one that ends last is kept, beyond the run. */
  readonly quiets?: readonly QuietRow[]
}

/** A record as it stands now, or a deleted one: its fields are null, or it was marked (`deletedAt`). */
export interface RecordChange {
  /**
   * Where it stands in the order of commits: above 0, and higher than all that were there when it was
   * written.
   */
  readonly position: number
  readonly stream: string
  readonly id: string
  readonly fields: Readonly<Record<string, unknown>> | null
  /**
   * When its source was found not to have it any more, in epoch milliseconds: the run's beginning. Its fields are
   * those that it had last. Undefined of one that is there, or that comes back.
   */
  readonly deletedAt?: number | undefined
}

/** A rejected record. */
export interface RejectedRow {
  /** Where it stands in the order of commits. */
  readonly position: number
  readonly stream: string
  readonly page: string
  readonly index: number
  readonly code: string
  readonly field: string | null
  readonly reason: string
  /** The record as the source gave it, as JSON. */
  readonly raw: string
}

/** How a ledger is opened. */
export interface OpenOptions {
  /** Begins with an empty ledger, whatever there was. Default false. */
  readonly fresh?: boolean
  /** Streams whose endpoints' quiet is not kept any longer. Default none. */
  readonly forgetWaits?: readonly string[] | undefined
  /**
   * A new run begins as if nothing were kept of how far its streams have come; a run that is continued goes on
   * as it began. Default false.
   */
  readonly full?: boolean
  /**
   * Takes part in the run that another process has opened, instead of taking the ledger for itself. Default
   * false.
   */
  readonly join?: boolean
}

/**
 * The truth about runs: what is done, what was taken, what failed. SQLite embedded, PostgreSQL for a fleet;
 * one contract suite runs over every implementation. A ledger has one open run at a time. Whatever a method
 * writes is written whole or not at all; what it cannot write it rejects with a LedgerError.
 */
export interface Ledger extends AsyncDisposable {
  /**
   * Continues the last run when it has pages that are not done (those that failed get fresh tries) or its
   * results were not delivered, or else begins a new one, of whichever plan, that upserts over the records at
   * hand. `fresh` begins with an empty ledger, whatever there was; only what endpoints are owed
   * (`lastDepartureAt`, `quiet`, `used`) is not forgotten.
   * @throws PlanChangedError when the run to continue is of another plan and has taken pages,
   *   OtherPipelineError when the ledger belongs to another pipeline, both unless `fresh` is set;
   *   JoinRefusedError where a ledger is for one process alone.
   */
  open(plan: RunPlan, options?: OpenOptions): Promise<Run>
  /**
   * All that is kept of how far streams have come, by stream and part.
   * @throws OtherPipelineError (rejects) when the ledger belongs to another pipeline than the one named.
   */
  cursors(pipeline: string): Promise<readonly KeptCursor[]>
  /**
   * Changes it, all of it or nothing; of a cursor without a state nothing is kept any longer. A run that is not
   * finished goes on as it began.
   * @throws OtherPipelineError (rejects), as `cursors` does.
   */
  setCursors(pipeline: string, cursors: readonly KeptCursor[]): Promise<void>
  /**
   * By stream, the types that the fields of its committed records have had, where they are not declared.
   * @throws OtherPipelineError (rejects), as `cursors` does.
   */
  schemas(pipeline: string): Promise<ReadonlyMap<string, InferredTypes>>
  /**
   * All that was committed, for whoever delivers it: beside a run of this ledger, or without one. Undefined where no
   * run has begun. It holds until the next `open`.
   * @throws OtherPipelineError (rejects), as `cursors` does.
   */
  stored(pipeline: string): Promise<StoredRecords | undefined>
}

/** What a ledger holds, and how far it was delivered. */
export interface StoredRecords extends Pick<Run, 'records' | 'position' | 'setPosition'> {
  /** Of the ledger: positions of another one, or of one begun anew (`fresh`), mean nothing here. */
  readonly ledgerId: string
  /** By stream, the types that fields of its committed records have had, where they are not declared. */
  schemas(): Promise<ReadonlyMap<string, InferredTypes>>
}

/** How far a stream, or a part of it, has come in earlier runs. */
export interface KeptCursor {
  readonly stream: string
  /** Empty for a stream without parts. */
  readonly part: string
  readonly state?: PageState | undefined
}

/**
 * One run of a plan, as one process has it. A handle that was replaced by another `open` rejects with a
 * LedgerError.
 */
export interface Run {
  readonly id: string
  /** Epoch milliseconds; of the first start when the run is resumed. */
  readonly startedAt: number
  /** It continues an earlier one that was not complete. */
  readonly resumed: boolean
  /**
   * By stream, epoch milliseconds of the latest moment at which a request may have departed to its endpoint
   * before, in whichever run; absent where there was none. Limiters stay shut for one full window from then,
   * or kill and restart would break the limit.
   */
  readonly lastDepartureAt: ReadonlyMap<string, number>
  /** By stream, the quiet that its endpoint's server has asked for, where it has. */
  readonly quiet: ReadonlyMap<string, OwedQuiet>
  /** By stream, the types that its fields had in earlier runs; absent where none has learnt them. */
  readonly schemas: ReadonlyMap<string, InferredTypes>
  /** What quotas have to count from before this `open`, in whichever run: at most a day. */
  readonly used: readonly QuotaUse[]

  /** Done and failed pages, and those that another worker holds, are absent from the answer. */
  claim(pageIds: readonly string[], worker: string, leaseMs: number): Promise<Claim[]>
  /** False when the claim was lost. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>
  /**
   * One transaction for all pages given, and before them the journal; a stale claim's page changes nothing. Of records with the same id in
   * one run that with the newest `updatedAt` stays, then that of the lowest ordinal, then the lowest index:
   * the same whatever the order of arrival. A record of a later run replaces that of an earlier one.
   */
  commit(pages: readonly PageCommit[], journal?: Journal): Promise<CommitAnswer>
  /**
   * The page is open again. `spendsTry` counts a try that no journal names. A stale claim changes nothing.
   */
  giveBack(claim: Claim, how: GiveBack): Promise<void>
  /**
   * The page has used its tries, or no try can help. The error is counted, unless an attempt at the page has
   * failed with the same code. A stale claim changes nothing.
   */
  fail(claim: Claim, error: PageError): Promise<OpenPages>
  /** The stream's open pages are left to the next run; they count as open no longer. `reason` is kept. */
  endStream(stream: string, reason: string): Promise<OpenPages>
  /**
   * Pages of streams that were not ended that are neither done nor failed, held ones included; 0 when the run
   * is over.
   */
  openPages(): Promise<OpenPages>
  /**
   * Pages of a stream that are neither done nor failed nor held, by rank, ordinal and id; those with expired leases
   * are free. None of a stream that was ended. A portion of at most 1,000, after the page given; an empty one is the last.
   */
  pending(stream: string, after?: PageOrder & Pick<PageRef, 'id'>): Promise<PageRef[]>
  /** Which of these pages the run knows, whatever has become of them. */
  known(pageIds: readonly string[]): Promise<ReadonlySet<string>>
  /** Ids of the first two pages of the stream that are done and had rows of this fingerprint, by ordinal. */
  served(stream: string, fingerprint: string): Promise<readonly string[]>
  /** A failure spends a try of its page; so a page's tries are remembered over restarts. */
  log(journal: Journal): Promise<void>
  /** All departures of the run, in the order of their moments. */
  departures(): AsyncIterable<DepartureRow>
  /** How far the stream, or a part of it, had come when its last page was committed, in whichever run. */
  cursor(stream: string, partition?: string): Promise<PageState | undefined>
  /**
   * Keeps values of one of the parents of a stream that is taken for the product of several; those that are known
   * are kept once.
   */
  addParents(stream: string, root: string, values: readonly Partition[]): Promise<void>
  /** All values of one of its parents that are known by now. */
  parents(stream: string, root: string): Promise<readonly Partition[]>
  /** What the summary is made of. */
  data(): Promise<RunData>
  /**
   * Records of the ledger, those of earlier runs included, as they stand: each once, in the order of the
   * commits that wrote them last, after a position. A change moves a record to the end, and so does its
   * deletion. No row ever comes to stand before a position that was read already, however committers overlap.
   */
  records(stream: string, after?: number): AsyncIterable<RecordChange>
  /** The run's rejected records, in the order of commits after a position, or of all streams by page. */
  rejects(order: { readonly after: number } | 'by-page'): AsyncIterable<RejectedRow>
  /** Up to where a sink has delivered a stream; 0 at first. It outlives runs. */
  position(sink: string, stream: string): Promise<number>
  setPosition(sink: string, stream: string, position: number): Promise<void>
  /**
   * Ends the run and says how it stands. A run that was never ended counts as interrupted. Of streams with
   * `markDeleted` that were taken whole, records that it has not seen are marked.
   */
  end(reason: RunEnd): Promise<RunStatus>
  /** The run's results are where they belong. */
  delivered(): Promise<void>
}

/** How many pages a run has left to do. */
export interface OpenPages {
  readonly openPages: number
}

/** What became of committed pages, and what is left to do. */
export interface CommitAnswer extends OpenPages {
  /** In the order of the pages given. */
  readonly results: readonly ('done' | 'stale')[]
  /** Open pages of each stream that was committed to. */
  readonly openPagesOf: ReadonlyMap<string, number>
}

/** How a page is given back: until when it waits, and whether that was a try. */
export interface GiveBack {
  /** Epoch milliseconds. */
  readonly notBefore: number
  readonly error?: PageError | undefined
  readonly spendsTry: boolean
}
