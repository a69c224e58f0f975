import type { AuthorizeHook } from '../fetch/index.js'
import type { ReadingHooks } from '../records/index.js'
import type { PartitionHook } from './partitions/partition-pages.js'

/**
 * Code of a stream where declaring ends. `extract`, `transform` and `paginate` read pages, in worker threads where a
 * module has them; `authorize` and `partition` run in the main thread.
 */
export interface StreamHooks extends ReadingHooks {
  /** Puts into a request what authorizes it, after `auth` has: a signature, say. */
  readonly authorize?: AuthorizeHook
  /** Gives the records for which the stream is taken in parts, beside `for: { hook: partition, as: NAME }`. */
  readonly partition?: PartitionHook
}
