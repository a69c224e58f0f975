import type { RecordChange } from '../../ledger/index.js'
import type { Column } from '../../records/index.js'

/** What a file of records looks like. */
export interface FileFormat {
  readonly extension: string
  /** What it begins with; empty for nothing. */
  head(columns: readonly Column[]): string
  /** A record, with its line break. */
  line(change: RecordChange, columns: readonly Column[]): string
}
