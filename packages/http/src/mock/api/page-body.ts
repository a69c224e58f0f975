import { gzipSync } from 'node:zlib'
import type { FormatConfig, StreamConfig } from '../../acquisition/index.js'
import type { Reply } from '../reply.js'
import { makeReply } from '../reply.js'
import type { Page } from './page.js'
import { tableBody } from './table-body.js'
import { toldBeside } from './paging-reply.js'
import type { Told } from './paging-reply.js'
import { isEvery, isObject, stepsOf, valueAt, withValue } from './path-steps.js'
import type { Step } from './path-steps.js'

type RawRecord = Record<string, unknown>

/** Whether, and how, a body is gzip. */
export interface BodyManners {
  readonly isGzip: boolean
  /** Whether the client says that it takes `Content-Encoding: gzip`. */
  readonly takesGzip: boolean
  /** Of a table: those of all its pages. */
  readonly columns: () => readonly string[]
}

const TYPES = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
} as const

/** The answer that holds a page. `url`: its own. */
export function pageReply(stream: StreamConfig, page: Page, url: URL, manners: BodyManners): Reply {
  const { format = { type: 'json' } } = stream
  const told = jsonPage(stream, page, url)
  const body =
    format.type === 'json'
      ? Buffer.from(JSON.stringify(told.body))
      : rowsBody(format, recordsOf(page), manners.columns)
  const charset = 'charset' in format && format.charset !== undefined ? `; charset=${format.charset}` : ''
  return packed(page.status ?? 200, `${TYPES[format.type]}${charset}`, body, told.headers.flat(), {
    ...manners,
    isFile: format.type !== 'json',
  })
}

/** A page's records, where they are JSON, with all that it says beside them. */
export function jsonPage(stream: StreamConfig, page: Page, url: URL): Told {
  const { format = { type: 'json' } } = stream
  return toldBeside(stream, page, format.type === 'json' ? jsonBody(stream, recordsOf(page)) : {}, url)
}

function recordsOf({ rows }: Page): RawRecord[] {
  return rows.map(({ raw }) => structuredClone(raw))
}

/** An export is a gzip file; a page of JSON is sent as gzip to those who take it. */
function packed(
  status: number,
  type: string,
  body: Buffer,
  headers: readonly string[],
  { isGzip, takesGzip, isFile }: Omit<BodyManners, 'columns'> & { readonly isFile: boolean },
): Reply {
  if (!isGzip || (!isFile && !takesGzip)) return makeReply(status, type, body, headers)
  if (isFile) return makeReply(status, 'application/gzip', gzipSync(body), headers)
  return makeReply(status, type, gzipSync(body), ['Content-Encoding', 'gzip', ...headers])
}

/** Records at their place, in their shape. */
function jsonBody({ records: place }: StreamConfig, records: readonly RawRecord[]): unknown {
  if (typeof place === 'string') return nested(stepsOf(place), records)
  const steps = stepsOf(place.path)
  switch (place.shape) {
    case 'list':
    case 'any':
      return nested(steps, records)
    case 'object':
      return single(steps, records[0] ?? null)
    case 'map':
      return single(steps, Object.fromEntries(records.map(record => named(record, place.key))))
    case 'texts':
      return nested(
        steps,
        records.map(({ value }) => value),
      )
    case 'columns':
      return columns(steps, records, place.columns)
  }
}

function named(record: RawRecord, key: string): readonly [string, RawRecord] {
  const name = String(valueAt(record, key))
  delete record[key]
  return [name, record]
}

function columns(steps: readonly Step[], records: readonly RawRecord[], names: string | undefined): unknown {
  const keys = keysOf(records)
  const rows = records.map(record => keys.map(key => record[key] ?? null))
  if (names !== undefined) return withValue(nested(steps, rows), names, keys)
  return nested(steps, records.length === 0 ? [] : [keys, ...rows])
}

/** The names of all values. */
export function keysOf(records: readonly object[]): string[] {
  return [...new Set(records.flatMap(record => Object.keys(record)))]
}

function single(steps: readonly Step[], value: unknown): unknown {
  return steps.reduceRight<unknown>((inner, step) => wrapped(step, inner), value)
}

/** A list at a path: halved where it spreads, or one for each where something follows the last spread. */
function nested(steps: readonly Step[], rows: readonly unknown[]): unknown {
  const [first, ...rest] = steps
  if (first === undefined || (isEvery(first) && rest.length === 0)) return rows
  if (!isEvery(first)) return wrapped(first, nested(rest, rows))
  if (!rest.some(isEvery)) return rows.map(row => single(rest, row))
  const half = Math.ceil(rows.length / 2)
  return [rows.slice(0, half), rows.slice(half)].map(part => nested(rest, part))
}

function wrapped(step: Step, value: unknown): unknown {
  if (typeof step === 'number') return [...Array.from({ length: step }, () => ({})), value]
  if (isEvery(step)) return [value]
  if (typeof step === 'string') return { [step]: value }
  return [{ [step.name]: step.value, ...(isObject(value) ? value : {}) }]
}

function rowsBody(
  format: Exclude<FormatConfig, { readonly type: 'json' }>,
  records: readonly RawRecord[],
  columns: () => readonly string[],
): Buffer {
  if (format.type === 'ndjson')
    return Buffer.from(records.map(record => `${JSON.stringify(record)}\n`).join(''))
  return tableBody(format, records, format.columns?.length ? format.columns : columns())
}
