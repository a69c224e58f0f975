import type { AddRules } from './added-fields.js'
import type { BodyProbe } from './body-probes.js'
import type { ChildPlan } from './child-plans.js'
import type { FormatConfig } from './decoders/kinds.js'
import type { BodyEndRule } from './end-rules.js'
import type { HookModule, ReadingHooks } from './hooks/reading-hooks.js'
import type { LiftRule } from './lifted-rows.js'
import type { PagingPaths } from './paging-values.js'
import type { RecordRules } from './record-mapper.js'
import type { RecordsPlace } from './records-place.js'
import type { SinceReading } from './since-reader.js'
import type { Where } from './where.js'

/**
 * All that a thread needs to know of a stream to read its pages. Plain data, which crosses threads, but for hooks
 * that are functions of this process: pages of their streams are read in it.
 */
export interface ReadingInstructions extends RecordRules {
  readonly stream: string
  /** What its pages are. Default JSON. */
  readonly format?: FormatConfig | undefined
  /** Where the records are; a path is that of a list, and empty when the page is the list. */
  readonly records: string | RecordsPlace
  /** Paths to what the rules for responses look at. */
  readonly observe: readonly string[]
  /** What else the rules ask of a body, also of one that is no page. Default nothing. */
  readonly probes?: readonly BodyProbe[] | undefined
  readonly paging: PagingPaths
  /** What in a body ends the stream. */
  readonly endWhen?: readonly BodyEndRule[] | undefined
  /** Objects whose fields become fields of the records, first of all. Default none. */
  readonly lift?: readonly LiftRule[] | undefined
  /** Which records are taken. Default all. */
  readonly where?: Where | undefined
  /** What tells which records are new. Default: nothing does. */
  readonly since?: SinceReading | undefined
  /** What the records get besides. Default nothing. */
  readonly add?: AddRules | undefined
  /** Streams of which each record that `where` lets pass begins a part. Default none. */
  readonly children?: readonly ChildPlan[] | undefined
  /** Code that takes part, as functions or as a module that a thread can import. Default none. */
  readonly hooks?: { readonly functions: ReadingHooks } | { readonly module: HookModule } | undefined
  /** A page with more is refused, as TOO_MANY_RECORDS. Default 100,000. */
  readonly maxRecords?: number | undefined
  /** A body that is a gzip file may be so large when it is unpacked. Default: any size. */
  readonly maxBytes?: number | undefined
  /** How long a thread may be at one page, in milliseconds. Default 10,000. */
  readonly timeMs?: number | undefined
}
