import type { Clock, Random } from 'async-patterns'
import type { Transport } from '../../engines/index.js'
import type { Health, Limits, Tokens } from '../fetch/index.js'
import type { Ledger } from '../ledger/index.js'
import type { PageQueue } from '../queue/index.js'
import type { Normaliser } from '../records/index.js'
import type { ResultWriter, Sink } from '../sinks/index.js'

/**
 * What a run stands on. All that is handed in stays the caller's and is not closed; what is missing is made,
 * and closed.
 */
export interface Ports {
  /** The truth about the run. Default: SQLite in the output folder. */
  readonly ledger?: Ledger
  /**
   * What delivers pages to be fetched; all that are pending are added to it before it is consumed. Default: a
   * heap in memory that reads the ledger in portions.
   */
  readonly queue?: PageQueue
  /** Rates and quiet of endpoints. Default: those of this process. */
  readonly limits?: Limits
  /** Breakers of streams. Default: those of this process. */
  readonly health?: Health
  /** Minted credentials. Default: in memory. */
  readonly tokens?: Tokens
  /** What sends requests. Default: undici. */
  readonly transport?: Transport
  /** What reads pages. Default: worker threads. */
  readonly normalise?: Normaliser
  /** Where records go besides the pipeline's own sinks. Default none. */
  readonly sinks?: readonly Sink[]
  /** What leaves the results. Default: `summary.json` and `rejected.jsonl` in the output folder. */
  readonly results?: ResultWriter
  /** Default: the system's. */
  readonly clock?: Clock
  /** For the jitter of retries. Default Math.random. */
  readonly random?: Random
}

/** A port and whether to close it: disposing of this closes what was made here, never what was handed in. */
export interface Held<T> extends AsyncDisposable {
  readonly port: T
}

/** The port that was handed in, or one that is made here and closed with this. */
export function ownedOrInjected<T extends AsyncDisposable>(injected: T | undefined, make: () => T): Held<T> {
  if (injected !== undefined) return { port: injected, [Symbol.asyncDispose]: async () => undefined }
  const port = make()
  return { port, [Symbol.asyncDispose]: async () => await port[Symbol.asyncDispose]() }
}
