import type { SumsOfFields } from './field-sums.js'
import type { AcceptedRecord, RejectedRecord } from './normalised-page.js'
import type { PageNotes } from './page-notes.js'
import type { TypesOfFields } from './types-of-fields.js'

/** Collects what the records of one page become. */
export interface MappedRecords {
  readonly records: AcceptedRecord[]
  readonly rejects: RejectedRecord[]
  /** Raw texts of what `where` does not take. */
  readonly filtered: string[]
  warnings: number
  redactions: number
  readonly sums: SumsOfFields
  /** Default: all types are declared. */
  readonly types?: TypesOfFields | undefined
  /** By field. */
  readonly unreadable: Map<string, { readonly field: string; count: number; readonly reason: string }>
  readonly notes: PageNotes
}
