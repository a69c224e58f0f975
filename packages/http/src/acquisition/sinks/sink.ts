import type { RecordChange, StoredRecords } from '../ledger/index.js'
import type { Column } from '../records/index.js'
import type { SchemaParts, SchemaShape } from '../schema/index.js'

/** A stream, as a sink sees it. */
export interface DeliveredStream {
  readonly name: string
  /** Of which it is one. */
  readonly source: string
  /** What a table of its records has, as far as is known by now; a later delivery may have more. */
  readonly columns: readonly Column[]
}

/** What a sink delivers from: records as they stand, while a run goes on or after it. */
export interface Delivery extends Pick<StoredRecords, 'ledgerId' | 'records' | 'position' | 'setPosition'> {
  /** Those that the sink is for, in the order of the plan. */
  readonly streams: readonly DeliveredStream[]
  /** When it began, in epoch milliseconds. */
  readonly at: number
  /** Ends it early: what was not delivered is left to the next one. */
  readonly signal: AbortSignal
}

/** What a row says of a record that is gone; `_deleted_at` is known of those alone that were found to be missing. */
export const DELETED = '_deleted'

export function isGone({ fields, deletedAt }: Pick<RecordChange, 'fields' | 'deletedAt'>): boolean {
  return fields === null || deletedAt !== undefined
}

/** What became of a stream. */
export interface StreamDelivered {
  readonly stream: string
  /** Records that were written. */
  readonly records: number
  /** Records that were removed, or marked as gone. */
  readonly deleted: number
  /** Up to where all is delivered. */
  readonly position: number
}

/**
 * Where records go. `deliver` writes what it has not delivered yet of each stream: from its position on. It may be
 * called again after it failed or was killed at any moment, and then leaves what one whole delivery leaves. Its
 * positions lie where its records do, and are written with them, where they can; else they are kept by
 * `setPosition` after the records are safe. A position holds for the ledger of its `ledgerId` alone: of another one
 * all is delivered. Whoever constructs a sink closes it.
 */
export interface Sink extends AsyncDisposable {
  /** Unique within a pipeline; its positions are kept under it. */
  readonly name: string
  /** Rejects with what kept the records from where they belong. */
  deliver(delivery: Delivery): Promise<readonly StreamDelivered[]>
}

/** What all sinks of a pipeline file have. */
export interface SinkOptions {
  readonly type: string
  /** Unique within the pipeline. Default: the type. */
  readonly name: string
  /** Sources and streams that it is for, by their full names. Default: all. */
  readonly sources?: readonly string[] | undefined
  /** At the end of a run, or as it goes on too. Default `end`. */
  readonly deliver: 'end' | 'continuous'
}

/** How the rows of a table stand for records. */
export type TableMode = 'upsert' | 'append' | 'replace'

/** A kind of sink. To add one: a file beside this, and a line in `kinds.ts`. */
export interface SinkKind<O extends { readonly type: string } = never> {
  readonly type: O['type']
  /** A row of the table in docs. */
  readonly summary: string
  /** The keys that it takes in a pipeline file beside those of `SinkOptions`. */
  readonly schema: (parts: SchemaParts) => SchemaShape
  /** What of the options cannot be, where the schema does not tell: by key, what is allowed. */
  readonly problems?: (
    options: O,
    streams: readonly Pick<DeliveredStream, 'name' | 'source'>[],
  ) => readonly SinkProblem[]
  /** `output`: the pipeline's folder. */
  readonly create: (options: O & SinkOptions, output: string) => Sink
}

/** An option that cannot be. */
export interface SinkProblem {
  readonly option: string
  readonly allowed: string
}
