import * as z from 'zod'
import type { PageState } from '../ledger/index.js'
import { schemaParts } from '../schema/index.js'
import type { SinceConfig, Span } from '../streams/index.js'
import { earlier, momentFormat, momentFormats, placeSchema, spanOf } from '../streams/index.js'

const { anyOf, checkedText, flag, oneOf, path, strict, succeeds, text } = schemaParts

export const moment =
  'a date such as 2024-01-01 or 2024-01-01T00:00:00Z, or a span such as 30d: so long before the run'
const amount = 'a span such as 30d, 12h, 2w, 1mo, 1y; of numbers a whole number'

const bound = () =>
  anyOf([z.number(), z.string().min(1)], `${moment}; a number, or a text, where the type is one`)

const amountOf = () =>
  anyOf([z.int().min(0), checkedText(amount, text => spanOf(text) !== undefined)], amount)

/** How moments are sent. */
export const format = checkedText(
  `one of ${momentFormats.join(', ')}, or a pattern such as yyyy-MM-dd'T'HH:mm:ssXXX`,
  text => succeeds(() => momentFormat(text)),
)

/** How a stream is asked for what is new. */
export const sinceSchema = strict({
  field: path(),
  type: oneOf(['date', 'number', 'text']).prefault('date'),
  start: bound().optional(),
  end: bound().optional(),
  param: placeSchema(schemaParts).optional(),
  untilParam: placeSchema(schemaParts).optional(),
  format: format.prefault('iso'),
  fieldFormat: text('the format of a date, such as dd.MM.yyyy').optional(),
  overlap: amountOf().optional(),
  window: amountOf().optional(),
  granularity: amountOf().optional(),
  order: oneOf(['ascending', 'descending']).prefault('ascending'),
  filter: flag().optional(),
}).superRefine((since, context) => {
  const { type, start, end, window } = since
  const refuse = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message })
  for (const [key, value] of [
    ['start', start],
    ['end', end],
  ] as const)
    if (value !== undefined && boundOf(type, value) === undefined)
      refuse(key, type === 'date' ? moment : type === 'number' ? 'a number' : 'a text')
  for (const key of ['overlap', 'window', 'granularity'] as const) {
    const value = since[key]
    if (value !== undefined && (typeof value === 'number') !== (type !== 'date'))
      refuse(key, type === 'date' ? 'a span such as 30d' : 'a whole number')
  }
  if (window !== undefined && (start === undefined || type === 'text'))
    refuse('window', type === 'text' ? 'no window for texts' : 'a window beside a start')
}) as unknown as z.ZodType<SinceFile, SinceInput>

type Bound = string | number
type SinceInput = Partial<Omit<SinceFile, 'field'>> & { readonly field: string }

/** As it is written, with its defaults. */
export interface SinceFile
  extends Pick<
    SinceConfig,
    'field' | 'type' | 'param' | 'untilParam' | 'format' | 'fieldFormat' | 'order' | 'filter'
  > {
  readonly start?: Bound | undefined
  readonly end?: Bound | undefined
  readonly overlap?: Bound | undefined
  readonly window?: Bound | undefined
  readonly granularity?: Bound | undefined
}

export function resolveSince(since: SinceFile): SinceConfig {
  const { type, start, end, overlap, window, granularity, ...rest } = since
  const amounts = { overlap, window, granularity }
  return {
    ...rest,
    type,
    start: start === undefined ? undefined : boundOf(type, start),
    end: end === undefined ? undefined : boundOf(type, end),
    ...Object.fromEntries(
      Object.entries(amounts).map(([key, value]) => [key, typeof value === 'string' ? spanOf(value) : value]),
    ),
  }
}

/**
 * What is kept of a stream that has come to a value, written as `start` is; a span is one before `now`, in epoch
 * milliseconds.
 * @throws RangeError for what is none of its type.
 */
export function keptSince({ type, field }: SinceConfig, text: string, now: number): PageState {
  const value = boundOf(type, text)
  if (value === undefined) {
    const allowed = type === 'date' ? moment : 'a number'
    throw new RangeError(`since is ${JSON.stringify(text)}; allowed is ${allowed}`)
  }
  const ms = typeof value === 'object' ? earlier(now, value) : value
  return { field, since: typeof ms === 'number' ? new Date(ms).toISOString() : ms }
}

/** A moment or a span before the run. */
export function dateBound(value: Bound): number | Span | undefined {
  return boundOf('date', value) as number | Span | undefined
}

/** Undefined for what is none of its type. A date without an offset is one of UTC. */
function boundOf(type: SinceConfig['type'], value: Bound): Bound | Span | undefined {
  if (type === 'text') return String(value)
  if (type === 'number') return /^-?\d+(?:\.\d+)?$/.test(String(value)) ? String(value) : undefined
  const text = String(value)
  const span = spanOf(text)
  if (span !== undefined) return span
  if (!/^\d{4}-\d{2}(?:-\d{2})?(?:[T ]|$)/.test(text)) return undefined
  const zoned = /T| /.test(text) && !/(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? `${text}Z` : text
  const ms = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(ms) ? undefined : ms
}
