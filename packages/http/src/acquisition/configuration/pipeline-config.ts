import type { Sink, SinkConfig } from '../sinks/index.js'
import type { StreamConfig } from '../streams/index.js'

/** What the pipeline runs: all values resolved (flags > environment > file > defaults) and checked. */
export interface PipelineConfig {
  /** Whose results a ledger holds. Default: the file's name without its ending; `pipeline` where there is no file. */
  readonly name: string
  /** The folder of ledger, summary and reject file. Default `out`. */
  readonly output: string
  /** Bound on the whole run. Default Infinity. */
  readonly timeoutMs: number
  /** How long in-flight pages may go on after an interruption. Default 5 s. */
  readonly graceMs: number
  /** Worker threads that parse and normalise. Default 4. */
  readonly workers: number
  /** Bound on the bytes of pages between fetch and commit, over all streams. Default 64 MiB. */
  readonly memoryBytes: number
  readonly summary?: { readonly products: boolean } | undefined
  /** Where records are delivered, besides the ledger. */
  readonly sinks: readonly (SinkConfig | Sink)[]
  /** All streams of all sources. */
  readonly streams: readonly StreamConfig[]
}
