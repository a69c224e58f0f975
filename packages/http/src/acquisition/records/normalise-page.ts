import { hash } from 'node:crypto'
import { compilePath } from '../references/index.js'
import { Secrets } from '../secrets/index.js'
import { BadRow } from './decoders/bad-row.js'
import type { Decoded } from './decoders/format-kind.js'
import { gunzipped } from './decoders/gzip.js'
import type { FormatConfig } from './decoders/kinds.js'
import { decoderOf } from './decoders/kinds.js'
import type { BodyEndRule } from './end-rules.js'
import { isJsonNumber, writtenDigits } from './exact-number.js'
import type { Mapping } from './mapping.js'
import type { NormalisedPage, PageReading } from './normalised-page.js'
import { PageInvalidError } from './page-invalid-error.js'
import type { PagingPaths } from './paging-values.js'
import { pagingReader } from './paging-values.js'
import type { MappedRecords } from './record-mapper.js'
import { recordMapper } from './record-mapper.js'
import { recordsWeight } from './records-weight.js'
import { namesReader } from './records-way.js'
import { shown } from './unreadable.js'

/** All that a thread needs to know of a stream to read its pages. Plain data: it crosses threads. */
export interface ReadingInstructions {
  readonly stream: string
  /** What its pages are. Default JSON. */
  readonly format?: FormatConfig | undefined
  /** Path to the array of records; empty when the page is the array. */
  readonly records: string
  /** Paths to what the rules for responses look at. */
  readonly observe: readonly string[]
  readonly paging: PagingPaths
  /** What in a body ends the stream. */
  readonly endWhen?: readonly BodyEndRule[] | undefined
  readonly mapping: Mapping
  /** A page with more is refused, as TOO_MANY_RECORDS. Default 100,000. */
  readonly maxRecords?: number | undefined
  /** A body that is a gzip file may be so large when it is unpacked. Default: any size. */
  readonly maxBytes?: number | undefined
  /** How long a thread may be at one page, in milliseconds. Default 10,000. */
  readonly timeMs?: number | undefined
}

const MAX_RECORDS = 100_000

/** The response headers that matter to how a page is read; others may be there. */
export interface PageHeaders {
  readonly 'content-type'?: string | undefined
}

/** Reads a page's bytes; it never throws for what the page holds. */
export type PageReader = (bytes: Uint8Array, headers?: PageHeaders) => PageReading

/**
 * Compiles the instructions once. Bad records become rejects; a page that cannot be used says why. A page that
 * would take more than `maxParsedBytes` once it is parsed is TOO_HEAVY.
 * @throws TypeError or RangeError for a path, locale or zone that does not exist.
 */
export function pageReader(
  instructions: ReadingInstructions,
  secrets = new Secrets(),
  maxParsedBytes = Infinity,
): PageReader {
  const { maxRecords = MAX_RECORDS, maxBytes = Infinity } = instructions
  const decode = decoderOf(instructions.format)
  const rowsAt = compilePath(instructions.records)
  const recordsOf = recordsReader(instructions.records)
  const namesOf = namesReader(instructions.records)
  const pagingOf = pagingReader(instructions.paging, instructions.endWhen)
  const mapRecord = recordMapper(instructions.mapping, secrets)
  const observe = observer(instructions.observe)
  const normalise = ({ body, rows = recordsOf(body) }: Decoded): NormalisedPage => {
    if (Array.isArray(rows) && rows.length > maxRecords) throw tooMany(rows.length, maxRecords)
    const sink: MappedRecords = {
      records: [],
      rejects: [],
      warnings: 0,
      redactions: 0,
      unreadable: new Map(),
    }
    let count = 0
    for (const row of rows) {
      if (count === maxRecords) throw tooMany(`more than ${count}`, maxRecords)
      if (row instanceof BadRow) sink.rejects.push(row.rejected(count))
      else mapRecord(row, count, sink)
      count += 1
    }
    const { unreadable, ...mapped } = sink
    return {
      recordCount: count,
      ...mapped,
      ...(unreadable.size > 0 && { unreadable: [...unreadable.values()] }),
      weight: recordsWeight(sink),
      paging: pagingOf(body, count),
      fingerprint: fingerprintOf(sink),
    }
  }
  return (bytes, headers = {}) => {
    let observed: PageReading['observed'] = {}
    let body: unknown
    try {
      const head = { contentType: headers['content-type'], maxParsedBytes }
      const decoded = decode(gunzipped(bytes, maxBytes), head)
      body = decoded.body
      observed = observe(body)
      const page = normalise(decoded)
      return {
        ok: true,
        page,
        observed,
        names: namesOf(body),
        ...(rowsAt(body) === null && { isNull: true }),
      }
    } catch (error) {
      if (!(error instanceof PageInvalidError)) throw error
      const { code, message } = error
      if (code !== 'NO_RECORDS' && code !== 'EMPTY_BODY') return { ok: false, code, message, observed }
      return { ok: false, code, message, observed, paging: pagingOf(body, 0), names: namesOf(body) }
    }
  }
}

function tooMany(count: number | string, allowed: number): PageInvalidError {
  const message = `the page has ${count} records; limits.maxRecordsPerPage allows ${allowed}`
  return new PageInvalidError('TOO_MANY_RECORDS', message)
}

function recordsReader(path: string): (body: unknown) => readonly unknown[] {
  const rowsAt = compilePath(path)
  return body => {
    const rows = rowsAt(body)
    if (Array.isArray(rows)) return rows
    if (rows === null && path !== '') return []
    throw noRecords(path, rows, body)
  }
}

function observer(paths: readonly string[]): (body: unknown) => Readonly<Record<string, string>> {
  const readers = paths.map(path => [path, compilePath(path)] as const)
  return body => {
    const found = readers.map(([path, at]) => [path, at(body)] as const).filter(([, value]) => isThere(value))
    return Object.fromEntries(found.map(([path, value]) => [path, shown(value)]))
  }
}

/** Containers deeper than this hold something, whatever it is. */
const emptyDepth = 8

/**
 * An empty text, 0, false, and lists and objects of nothing else, `{ "title": [] }`, are what services write
 * where there is nothing to tell.
 */
function isThere(value: unknown, depth = emptyDepth): boolean {
  if (isJsonNumber(value)) return Number(writtenDigits(value)) !== 0
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value !== 'object' || value === null) return value === true
  return depth === 0 || Object.values(value).some(item => isThere(item, depth - 1))
}

function noRecords(path: string, found: unknown, page: unknown): PageInvalidError {
  const body = path === '' ? '' : `; the body is ${outline(page)}`
  const where = path === '' ? 'the body' : `"${path}" in the body`
  return new PageInvalidError('NO_RECORDS', `${where} is ${outline(found)}, not an array of records${body}`)
}

const outlinedKeys = 10

/** A value without its contents, which may be a whole page. */
function outline(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value !== 'object' || value === null) return shown(value)
  return `an object with the keys ${shown(Object.keys(value).slice(0, outlinedKeys))}`
}

/**
 * By ids, and by the raw text of what has none: the same rows give the same fingerprint, whatever is around
 * them.
 */
function fingerprintOf({ records, rejects }: MappedRecords): string {
  const rows = [...records.map(record => record.id), ...rejects.map(rejected => rejected.raw)]
  return hash('sha1', JSON.stringify(rows), 'base64')
}
