import { hash } from 'node:crypto'
import { compilePath } from '../references/index.js'
import { Secrets } from '../secrets/index.js'
import { parsedWeight } from './decoders/json-weight.js'
import { parsePage } from './decoders/json.js'
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
  /** How long a thread may be at one page, in milliseconds. Default 10,000. */
  readonly timeMs?: number | undefined
}

const MAX_RECORDS = 100_000

/** The response headers that matter to how a page is read; others may be there. */
export interface PageHeaders {
  readonly 'content-type'?: string | undefined
  /** Those in which `paging` reads, in lower case. */
  readonly [name: string]: string | undefined
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
  const { maxRecords = MAX_RECORDS } = instructions
  const rowsAt = compilePath(instructions.records)
  const recordsOf = recordsReader(instructions.records)
  const namesOf = namesReader(instructions.records)
  const pagingOf = pagingReader(instructions.paging, instructions.endWhen)
  const mapRecord = recordMapper(instructions.mapping, secrets)
  const observe = observer(instructions.observe)
  const normalise = (body: unknown, headers: PageHeaders): NormalisedPage => {
    const rows = recordsOf(body)
    if (rows.length > maxRecords) throw tooMany(rows.length, maxRecords)
    const sink: MappedRecords = {
      records: [],
      rejects: [],
      warnings: 0,
      redactions: 0,
      unreadable: new Map(),
    }
    for (let index = 0; index < rows.length; index += 1) mapRecord(rows[index], index, sink)
    const { unreadable, ...mapped } = sink
    return {
      recordCount: rows.length,
      ...mapped,
      ...(unreadable.size > 0 && { unreadable: [...unreadable.values()] }),
      weight: recordsWeight(sink),
      paging: pagingOf({ body, recordCount: rows.length, lastRecord: rows.at(-1), headers }),
      fingerprint: fingerprintOf(sink),
    }
  }
  return (bytes, headers = {}) => {
    let observed: PageReading['observed'] = {}
    let body: unknown
    try {
      const weight = parsedWeight(bytes, maxParsedBytes)
      if (weight > maxParsedBytes) throw tooHeavy(weight, maxParsedBytes)
      body = parsePage(bytes, headers['content-type'])
      observed = observe(body)
      const page = normalise(body, headers)
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
      return {
        ok: false,
        code,
        message,
        observed,
        paging: pagingOf({ body, recordCount: 0, headers }),
        names: namesOf(body),
      }
    }
  }
}

function tooMany(count: number, allowed: number): PageInvalidError {
  const message = `the page has ${count} records; limits.maxRecordsPerPage allows ${allowed}`
  return new PageInvalidError('TOO_MANY_RECORDS', message)
}

function tooHeavy(weight: number, allowed: number): PageInvalidError {
  const [needed, most] = [weight, allowed].map(bytes => `${Math.ceil(bytes / 2 ** 20)} MiB`)
  const message = `once it is parsed the page takes about ${needed} of a thread's memory; allowed is ${most}`
  return new PageInvalidError('TOO_HEAVY', `${message}, which follows limits.maxPageSize`)
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
