import { join } from 'node:path'
import type { ResultPaths } from '../../../measurements/index.js'
import { rejectsFile } from './rejects-file.js'
import type { ResultFile, ResultWriter } from './results.js'
import { summaryFile } from './summary-file.js'

/** What every run leaves beside its ledger. */
const files: readonly ResultFile[] = [summaryFile, rejectsFile]

/** The paths of the results in an output folder. */
export function resultPaths(output: string): ResultPaths {
  return {
    ledger: join(output, 'acquire.db'),
    summary: join(output, 'summary.json'),
    rejected: join(output, 'rejected.jsonl'),
  }
}

/** `summary.json` and `rejected.jsonl` in the output folder. */
export function resultFiles(output: string): ResultWriter {
  const paths = resultPaths(output)
  return {
    async write(run) {
      for (const file of files) await file(paths, run)
    },
  }
}
