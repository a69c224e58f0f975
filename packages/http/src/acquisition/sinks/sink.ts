import type { Run } from '../ledger/index.js'
import type { ResultPaths, Summary } from '../../measurements/index.js'

/** A run that has ended, as a sink sees it. */
export interface DeliveredRun extends Pick<Run, 'id' | 'records' | 'rejects' | 'position' | 'setPosition'> {
  readonly summary: Summary
  /** In the order of the plan. */
  readonly streams: readonly string[]
}

/**
 * Where records go. `deliver` may be called again for the same run after it failed or was killed, so it is
 * idempotent: from the sink's position on, or whole. Whoever constructs a sink closes it.
 */
export interface Sink extends AsyncDisposable {
  /** Unique within a run; its positions are kept under it. */
  readonly name: string
  /** Rejects with what kept the records from where they belong; the run is then not delivered. */
  deliver(run: DeliveredRun): Promise<void>
}

/** A kind of sink. To add one: a file beside this, and a line in `kinds.ts`. */
export interface SinkKind {
  readonly type: string
  readonly create: (paths: ResultPaths) => Sink
}
