import { rejectsFile } from './rejects-file.js'
import type { SinkKind } from './sink.js'
import { summaryFile } from './summary-file.js'

/** All kinds of sinks; each run delivers to these. */
export const sinkKinds: readonly SinkKind[] = [summaryFile, rejectsFile]
