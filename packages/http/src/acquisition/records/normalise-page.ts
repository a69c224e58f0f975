import { hash } from 'node:crypto'
import type { SourceConfig } from '../streams/config.js'
import type { Mapping } from './mapping.js'
import { nextLink } from '../streams/pagination/link-header.js'
import { Secrets } from '../secrets/secrets.js'
import type { NormalisedPage } from './normalised-page.js'
import type { PagingPaths } from './paging-values.js'
import { factsReader } from './paging-values.js'
import { PageInvalidError } from './page-invalid-error.js'
import { parsePage } from './decoders/json.js'
import { compilePath } from '../references/path.js'
import type { RecordSink } from './record-mapper.js'
import { recordMapper } from './record-mapper.js'
import { shown } from './unreadable.js'

/** All that a thread needs to know of a source to normalise its pages. Plain data: it crosses threads. */
export interface NormaliseInstructions {
  readonly source: string
  /** Path to the array of records; empty when the page is the array. */
  readonly records: string
  readonly errorPath?: string | undefined
  readonly paging: PagingPaths
  /** The next page stands in the response's Link header. */
  readonly nextInLinkHeader: boolean
  readonly mapping: Mapping
  /** What no product may hold: the credentials of the configuration's Secrets. Default none. */
  readonly secrets?: readonly string[] | undefined
}

/** The response headers that matter to a page's meaning; others may be there. */
export interface PageHeaders {
  readonly 'content-type'?: string | undefined
  readonly link?: string | undefined
}

export type PageNormaliser = (bytes: Uint8Array, headers?: PageHeaders) => NormalisedPage

export function instructionsOf(source: SourceConfig, secrets?: Secrets): NormaliseInstructions {
  const { pagination } = source
  const totals = 'totalRecordsPath' in pagination ? pagination.totalRecordsPath : undefined
  return {
    source: source.name,
    records: source.records,
    errorPath: source.errorPath,
    paging: {
      totalRecords: totals ?? source.total,
      totalPages: pagination.type === 'page' ? pagination.totalPagesPath : undefined,
      next: nextPath(source),
      hasMore: pagination.hasMorePath,
    },
    nextInLinkHeader: pagination.type === 'linkHeader',
    mapping: source.mapping,
    secrets: secrets?.credentials,
  }
}

function nextPath({ pagination }: SourceConfig): string | undefined {
  if (pagination.type === 'cursor') return pagination.cursorPath
  return pagination.type === 'nextUrl' ? pagination.nextUrlPath : undefined
}

const normalisers = new WeakMap<NormaliseInstructions, PageNormaliser>()

/**
 * A page's bytes as records in the target's fields. Bad records are rejects; the instructions are compiled once.
 * @throws PageInvalidError when the page as a whole cannot be used.
 */
export function normalisePage(
  bytes: Uint8Array,
  instructions: NormaliseInstructions,
  headers?: PageHeaders,
): NormalisedPage {
  let normalise = normalisers.get(instructions)
  if (normalise === undefined) {
    normalise = pageNormaliser(instructions)
    normalisers.set(instructions, normalise)
  }
  return normalise(bytes, headers)
}

/** @throws TypeError or RangeError for a path, locale or zone that does not exist. */
export function pageNormaliser(instructions: NormaliseInstructions): PageNormaliser {
  const recordsOf = recordsReader(instructions)
  const factsOf = factsReader(instructions.paging)
  const mapRecord = recordMapper(instructions.mapping, new Secrets(instructions.secrets))
  return (bytes, headers = {}) => {
    const page = parsePage(bytes, headers['content-type'])
    const rows = recordsOf(page)
    const sink: RecordSink = { records: [], rejects: [], warnings: 0, redactions: 0 }
    for (let index = 0; index < rows.length; index += 1) mapRecord(rows[index], index, sink)
    const facts = factsOf(page)
    const paging = instructions.nextInLinkHeader ? { ...facts, next: nextLink(headers.link) } : facts
    return { recordCount: rows.length, ...sink, paging, fingerprint: fingerprintOf(sink) }
  }
}

const usualErrorKeys = ['error', 'errors', 'fault', 'exception'] as const

/** Some services answer errors with status 200: a page without rows that carries an error is one. */
function recordsReader({ records, errorPath }: NormaliseInstructions): (page: unknown) => readonly unknown[] {
  const rowsAt = compilePath(records)
  const errorAt = errorPath === undefined ? undefined : compilePath(errorPath)
  const usualErrors = usualErrorKeys.map(compilePath)
  return page => {
    const rows = rowsAt(page)
    const told = errorAt?.(page)
    if (isError(told)) throw errorBody(told)
    if (Array.isArray(rows) && rows.length > 0) return rows
    const usual = usualErrors.map(at => at(page)).find(isError)
    if (usual !== undefined) throw errorBody(usual)
    if (Array.isArray(rows) || (rows === null && records !== '')) return rows ?? []
    throw noRecords(records, rows, page)
  }
}

function isError(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0
}

function errorBody(told: unknown): PageInvalidError {
  return new PageInvalidError('ERROR_BODY', `the body reports an error: ${shown(told)}`)
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

/** By ids, and by the raw text of what has none: the same rows give the same fingerprint, whatever is around them. */
function fingerprintOf({ records, rejects }: RecordSink): string {
  const rows = [...records.map(record => record.id), ...rejects.map(rejected => rejected.raw)]
  return hash('sha1', JSON.stringify(rows), 'base64')
}
