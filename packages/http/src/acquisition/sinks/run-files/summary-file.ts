import { replaceFile } from './replace-file.js'
import type { ResultFile } from './results.js'

/** `summary.json`: how the run went, and its first records. */
export const summaryFile: ResultFile = ({ summary: path }, { summary }) =>
  replaceFile(path, [`${JSON.stringify(summary, null, 2)}\n`])
