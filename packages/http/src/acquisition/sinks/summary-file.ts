import { replaceFile } from './replace-file.js'
import type { SinkKind } from './sink.js'

/** `summary.json`: how the run went, and its first records. */
export const summaryFile: SinkKind = {
  type: 'summary',
  create: ({ summary: path }) => ({
    name: 'summary',
    deliver: ({ summary }) => replaceFile(path, [`${JSON.stringify(summary, null, 2)}\n`]),
    [Symbol.asyncDispose]: async () => undefined,
  }),
}
