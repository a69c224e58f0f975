import type { ResultPaths, Summary } from '../../../measurements/index.js'
import type { Run } from '../../ledger/index.js'

/** A run that has ended. */
export interface EndedRun extends Pick<Run, 'id' | 'records' | 'rejects'> {
  readonly summary: Summary
  /** In the order of the plan. */
  readonly streams: readonly string[]
}

/**
 * Leaves what a run is judged by. It may be called again for the same run after it failed or was killed, and
 * then replaces what it had left.
 */
export interface ResultWriter {
  /** Rejects with what kept the results from where they belong; the run is then not delivered. */
  write(run: EndedRun): Promise<void>
}

/** A file of the output folder. */
export type ResultFile = (paths: ResultPaths, run: EndedRun) => Promise<void>
