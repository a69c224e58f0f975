import type { ParamPlace } from '../requests/param-place.js'
import type { Span } from './span.js'

/** How a stream is asked for what is new alone. */
export interface SinceConfig {
  /** Path to what tells the order in a record: when it was changed, or a number that rises. */
  readonly field: string
  /** Default `date`. */
  readonly type: 'date' | 'number' | 'text'
  /** How the records write their dates, as the `format` of a date's mapping. Default: ISO 8601, or an epoch. */
  readonly fieldFormat?: string | undefined
  /** Where the first run begins: a moment in epoch milliseconds, a span before its start, a number or a text. */
  readonly start?: number | string | Span | undefined
  /** Where each run ends. Default: with dates, when the run began, where an end is sent at all. */
  readonly end?: number | string | Span | undefined
  /** Where the beginning is sent; it may be referred to as `{since}` too. Nowhere: see `filter`. */
  readonly param?: ParamPlace | undefined
  /** Where the end is sent; `{until}` too. */
  readonly untilParam?: ParamPlace | undefined
  /** How dates are sent. Default `iso`. */
  readonly format: string
  /**
   * A later run begins so much before the end of the one before. Default: what the format can just tell apart, for
   * a server that leaves out what is equal; nothing for numbers and texts.
   */
  readonly overlap?: Span | number | undefined
  /** Each partition is taken in windows of so much, one after the other. Default: in one. */
  readonly window?: Span | number | undefined
  /** A window ends so much before the next one begins. Default 0: they share their ends. */
  readonly granularity?: Span | number | undefined
  /** `descending`: the newest come first, and a page that reaches what is known is the last. */
  readonly order: 'ascending' | 'descending'
  /** Whether records from before are left out here. Default: where the beginning is sent nowhere. */
  readonly filter?: boolean | undefined
}
