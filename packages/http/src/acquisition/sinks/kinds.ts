import { csvSink } from './files/csv.js'
import { jsonlSink } from './files/jsonl.js'
import type { SinkKind, SinkOptions } from './sink.js'
import { sqliteSink } from './sqlite/sqlite-sink.js'
import { stdoutSink } from './stdout/stdout-sink.js'

/** All kinds of sinks that a pipeline may name. */
export const sinkKinds = {
  jsonl: jsonlSink,
  csv: csvSink,
  sqlite: sqliteSink,
  stdout: stdoutSink,
} as const

type Kinds = (typeof sinkKinds)[keyof typeof sinkKinds]

/** A sink of a pipeline file. */
export type SinkConfig = Kinds extends infer K
  ? K extends SinkKind<infer O>
    ? O & SinkOptions
    : never
  : never

/** A configuration is handed only to the kind that it names. */
export function sinkKindOf(type: SinkConfig['type']): SinkKind<SinkConfig> {
  return sinkKinds[type] as unknown as SinkKind<SinkConfig>
}
