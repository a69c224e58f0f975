import type { Clock, Within } from 'async-patterns'

/** How a writer stands. `accepted` = `written` + `lost` + what waits or is being written now. */
export interface RecordWriterMetrics {
  readonly accepted: number
  /** Handed to the operating system or committed: they outlive the process. */
  readonly written: number
  /** Waiting in the queue. */
  readonly queued: number
  /** Accepted, but the writer failed before they were written. */
  readonly lost: number
  /** Batches written. */
  readonly batches: number
  /** How often `write` had to wait for room: the storage was slower than the source. */
  readonly waits: number
}

/**
 * Takes records one by one and stores them in batches. What is accepted but not yet written lies in a bounded
 * queue: a process that is killed loses that and no more, which is less than a batch while the storage keeps
 * up with the source, and leaves nothing half-written that counts.
 */
export interface RecordWriter<T> extends AsyncDisposable {
  /**
   * Resolves when the record is accepted; waits for room. Records are stored in the order of the calls.
   * Rejects with WriterError once the storage has failed, ClosedError after `close`, or the abort reason.
   */
  write(record: T, within?: Within): Promise<void>
  metrics(): RecordWriterMetrics
  /**
   * Stores what is accepted, and closes the storage. Rejects with WriterError when anything that was accepted
   * is not stored. May be called again.
   */
  close(): Promise<void>
}

/** What happens to a file that is there: what it holds is kept, or lost. */
export type WriteMode = 'append' | 'overwrite'

/** Options that all writers share. */
export interface RecordWriterOptions {
  /** Where the records go. Folders that are missing are made. One writer at a time. */
  readonly file: string
  /** What happens to a file that is there. Default `append`. */
  readonly mode?: WriteMode
  /** Records written together, from 1. Default 100. */
  readonly batchSize?: number
  /** How long a record may wait for its batch to fill, in milliseconds. Default 5,000. */
  readonly flushIntervalMs?: number
  /** The most records that wait, from 1; then `write` waits. Default 1,000. */
  readonly maxQueueSize?: number
  /** Default: the system's. */
  readonly clock?: Clock
}
