import { compilePlace } from '../references/index.js'
import { Secrets } from '../secrets/index.js'
import { computedReader, hasComputed } from './computed-fields.js'
import { bodyProber } from './body-probes.js'
import { gunzipped } from './decoders/gzip.js'
import { decoderOf } from './decoders/kinds.js'
import type { PageReading, PagingValues } from './normalised-page.js'
import type { PageContext } from './page-context.js'
import type { PagePart } from './page-parts.js'
import { PageInvalidError } from './page-invalid-error.js'
import { observer } from './page-observer.js'
import { pageComputer, pageExpressions } from './page-expressions.js'
import type { RawPage } from './paging-values.js'
import { pagingReader } from './paging-values.js'
import { recordsReader } from './read-records.js'
import type { ReadingInstructions } from './reading-instructions.js'
import { placeOf, rowsReader } from './records-place.js'
import { namesReader } from './records-way.js'

const MAX_RECORDS = 100_000

/** The response headers that matter to how a page is read; others may be there. */
export interface PageHeaders {
  readonly 'content-type'?: string | undefined
  /** Those in which `paging` reads, in lower case. */
  readonly [name: string]: string | undefined
}

/**
 * Reads a page's bytes; it never throws for what the page holds. `handOn` takes the first parts of a page that has
 * many rows, which the reading lacks then; where the page turns out to be none they count for nothing.
 */
export type PageReader = (
  bytes: Uint8Array,
  headers?: PageHeaders,
  context?: PageContext,
  handOn?: (part: PagePart) => void,
) => PageReading

/**
 * Compiles the instructions once. Bad records become rejects; a page that cannot be used says why. A page that
 * would take more than `maxParsedBytes` once it is parsed is TOO_HEAVY. One with computed fields is not read
 * by it, but by `computingReader`.
 * @throws TypeError or RangeError for a path, locale or zone that does not exist.
 */
export function pageReader(
  instructions: ReadingInstructions,
  secrets = new Secrets(),
  maxParsedBytes = Infinity,
): PageReader {
  const read = pageSteps(instructions, secrets, maxParsedBytes)
  return (...given) => {
    const { done, value } = read(...given).next()
    if (done !== true) throw new TypeError(`stream ${instructions.stream} has expressions`)
    return value
  }
}

/** Reads a page's bytes; it never rejects for what the page holds. */
export type ComputingReader = (...given: Parameters<PageReader>) => Promise<PageReading>

/** Whether anything is computed: any time may pass over it. */
export function hasExpressions(instructions: ReadingInstructions): boolean {
  return hasComputed(instructions) || pageExpressions(instructions).length > 0
}

/** The same for a stream with expressions. @throws SyntaxError for an expression that is none, too. */
export function computingReader(
  instructions: ReadingInstructions,
  secrets = new Secrets(),
  maxParsedBytes = Infinity,
): ComputingReader {
  const read = pageSteps(instructions, secrets, maxParsedBytes)
  return async (...given) => {
    const steps = read(...given)
    let step = steps.next()
    while (step.done !== true) step = steps.next(await step.value())
    return step.value
  }
}

/** A page on its way: it gives what has to be computed, and goes on with what has become of it. */
type PageSteps = Generator<() => Promise<unknown>, PageReading>

function* awaited<T>(compute: () => Promise<T>): Generator<() => Promise<unknown>, T> {
  return (yield compute) as T
}

function pageSteps(
  instructions: ReadingInstructions,
  secrets: Secrets,
  maxParsedBytes: number,
): (...given: Parameters<PageReader>) => PageSteps {
  const { maxRecords = MAX_RECORDS, maxBytes = Infinity } = instructions
  const isComputed = hasComputed(instructions)
  const compute = computedReader(instructions.add ?? {})
  const pagingOf = pagingSteps(instructions)
  const decode = decoderOf(instructions.format)
  const place = placeOf(instructions.records)
  const placeAt = compilePlace(place.path)
  const rowsOf = rowsReader(place)
  const namesOf = namesReader(place.path)
  const recordsOf = recordsReader(instructions, secrets, maxParsedBytes)
  const observe = observer(instructions.observe)
  const probe = bodyProber(instructions.probes)
  return function* (bytes, headers = {}, context, handOn) {
    let observed: PageReading['observed'] = {}
    let body: unknown
    try {
      const head = { contentType: headers['content-type'], maxParsedBytes }
      const decoded = decode(gunzipped(bytes, maxBytes), head)
      body = decoded.body
      observed = { ...observe(body), ...probe(body, bytes) }
      const last: Last = {}
      const rows = noMore(decoded.rows ?? rowsOf(body), maxRecords, last)
      const known = isComputed ? [...rows] : rows
      const fields = isComputed ? yield* awaited(() => compute([...known], context)) : undefined
      const read = recordsOf(known, context, handOn, fields)
      const { recordCount } = read
      const paging = yield* pagingOf({ body, recordCount, lastRecord: last.row, headers })
      const isNull = placeAt(body) === null
      return {
        ok: true,
        page: { ...read, paging },
        observed,
        names: namesOf(body),
        ...(isNull && { isNull }),
      }
    } catch (error) {
      if (!(error instanceof PageInvalidError)) throw error
      const { code, message } = error
      // What cannot be read as a page may be an error that can.
      if (body === undefined) observed = probe(body, bytes)
      if (code !== 'NO_RECORDS' && code !== 'EMPTY_BODY') return { ok: false, code, message, observed }
      const paging = yield* lenient(pagingOf({ body, recordCount: 0, headers }))
      return { ok: false, code, message, observed, paging, names: namesOf(body) }
    }
  }
}

/** What is no page may break an expression; nothing else is wrong with it then. */
function* lenient<T>(steps: Generator<() => Promise<unknown>, T>) {
  try {
    return yield* steps
  } catch {
    return undefined
  }
}

/** What a page says of paging, with what is computed of it. */
function pagingSteps(instructions: ReadingInstructions) {
  const read = pagingReader(instructions.paging, instructions.endWhen)
  if (pageExpressions(instructions).length === 0) {
    return function* (page: RawPage): Generator<never, PagingValues> {
      return read(page)
    }
  }
  const compute = pageComputer(instructions)
  return function* (page: RawPage) {
    return read({ ...page, computed: yield* awaited(() => compute(page)) })
  }
}

/** The last row, once all are read. */
interface Last {
  row?: unknown
}

/** The rows; how many they are may not be known before the last. @throws PageInvalidError */
function noMore(rows: Iterable<unknown>, allowed: number, last: Last): Iterable<unknown> {
  if (!Array.isArray(rows)) return counted(rows, allowed, last)
  if (rows.length > allowed) throw tooMany(`${rows.length}`, allowed)
  last.row = rows.at(-1)
  return rows
}

function* counted(rows: Iterable<unknown>, allowed: number, last: Last): Generator {
  let count = 0
  for (const row of rows) {
    count += 1
    if (count > allowed) throw tooMany(`more than ${allowed}`, allowed)
    last.row = row
    yield row
  }
}

function tooMany(count: string, allowed: number): PageInvalidError {
  const message = `the page has ${count} records; limits.maxRecordsPerPage allows ${allowed}`
  return new PageInvalidError('TOO_MANY_RECORDS', message)
}
