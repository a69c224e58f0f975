import { compilePlace } from '../references/index.js'
import { Secrets } from '../secrets/index.js'
import type { Computed } from './computed-fields.js'
import { computedReader, hasComputed } from './computed-fields.js'
import { bodyProber } from './body-probes.js'
import { gunzipped } from './decoders/gzip.js'
import type { Decoded } from './decoders/format-kind.js'
import { decoderOf } from './decoders/kinds.js'
import { HookedResponse } from './hooks/hooked-response.js'
import { PageHooks } from './hooks/page-hooks.js'
import type { ReadingHooks } from './hooks/reading-hooks.js'
import { READING_HOOKS } from './hooks/reading-hooks.js'
import type { PageReading, PagingValues } from './normalised-page.js'
import type { PageContext } from './page-context.js'
import type { PagePart } from './page-parts.js'
import { PageInvalidError } from './page-invalid-error.js'
import { observer } from './page-observer.js'
import { pageComputer, pageExpressions, usable } from './page-expressions.js'
import type { RawPage } from './paging-values.js'
import { pagingReader } from './paging-values.js'
import { rowLifter } from './lifted-rows.js'
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
 * would take more than `maxParsedBytes` once it is parsed is TOO_HEAVY. One with computed fields or hooks is not read
 * by it, but by `computingReader`.
 * @throws TypeError or RangeError for a path, locale or zone that does not exist.
 */
export function pageReader(
  instructions: ReadingInstructions,
  secrets = new Secrets(),
  maxParsedBytes = Infinity,
): PageReader {
  const read = pageSteps(instructions, { secrets, maxParsedBytes })
  return (...given) => {
    const { done, value } = read(...given).next()
    if (done !== true) throw new TypeError(`stream ${instructions.stream} has expressions or hooks`)
    return value
  }
}

/** Reads a page's bytes; it never rejects for what the page holds. */
export type ComputingReader = (...given: Parameters<PageReader>) => Promise<PageReading>

/** The same for a stream with computed fields or hooks. @throws SyntaxError for an expression that is none, too. */
export function computingReader(
  instructions: ReadingInstructions,
  secrets = new Secrets(),
  maxParsedBytes = Infinity,
  hooks: ReadingHooks = {},
): ComputingReader {
  const compute = computedReader(instructions.add ?? {}, secrets)
  const computePage = pageComputer(instructions)
  const read = pageSteps(instructions, { secrets, maxParsedBytes, compute, computePage, hooks })
  return async (...given) => {
    const steps = read(...given)
    let step = steps.next()
    while (step.done !== true) {
      const waiting = Promise.resolve(step.value)
      step = await waiting.then(
        value => steps.next(value),
        (error: unknown) => steps.throw(error),
      )
    }
    return step.value
  }
}

/** A page on its way: it gives what has to be waited for, and goes on with what that became. */
type PageSteps = Generator<unknown, PageReading, unknown>

interface PageStepsParts {
  readonly secrets: Secrets
  readonly maxParsedBytes: number
  readonly compute?: ReturnType<typeof computedReader>
  readonly computePage?: ReturnType<typeof pageComputer>
  readonly hooks?: ReadingHooks
}

function pageSteps(
  instructions: ReadingInstructions,
  { secrets, maxParsedBytes, compute, computePage, hooks = {} }: PageStepsParts,
): (...given: Parameters<PageReader>) => PageSteps {
  const { stream, maxRecords = MAX_RECORDS, maxBytes = Infinity } = instructions
  const isComputed = hasComputed(instructions)
  const isPaged = pageExpressions(instructions).length > 0
  const [extracts, transforms, paginates] = READING_HOOKS.map(name => hooks[name] !== undefined)
  const isHooked = instructions.hooks !== undefined
  const isAwaited = needsTime(instructions)
  const decode = decoderOf(instructions.format)
  const place = placeOf(instructions.records)
  const placeAt = compilePlace(place.path)
  const rowsOf = rowsReader(place)
  const lifted = rowLifter(instructions.lift)
  const namesOf = namesReader(place.path)
  const pagingOf = pagingReader(instructions.paging, instructions.endWhen)
  const recordsOf = recordsReader(instructions, secrets, maxParsedBytes)
  const observe = observer(instructions.observe)
  const probe = bodyProber(instructions.probes)
  return function* (given, headers = {}, context, handOn) {
    let observed: PageReading['observed'] = {}
    let body: unknown
    try {
      const head = { contentType: headers['content-type'], maxParsedBytes }
      const bytes = gunzipped(given, maxBytes)
      const hooked = isHooked ? new PageHooks(stream, hooks, context) : undefined
      const decoded = extracts === true ? readable(() => decode(bytes, head)) : decode(bytes, head)
      const anew = (): Decoded =>
        decoded === undefined || decoded.rows !== undefined ? decode(bytes, head) : decoded
      const responseWith = (rows: readonly unknown[]): HookedResponse =>
        new HookedResponse(bytes, headers, anew, rows)
      body = decoded?.body
      observed = { ...observe(body), ...probe(body, given) }
      const last: Last = {}
      const found =
        extracts === true ? yield hooked?.extracted(responseWith([])) : (decoded?.rows ?? rowsOf(body))
      const rows = noMore(lifted(found as Iterable<unknown>), maxRecords, last)
      const raw = isAwaited ? [...rows] : rows
      const known = transforms === true ? yield hooked?.transformed(raw as unknown[]) : raw
      const computed = isComputed ? yield compute?.(known as unknown[], context) : undefined
      const read = recordsOf(known as unknown[], context, handOn, computed as Computed | undefined)
      const { recordCount } = read
      const next = paginates === true ? { next: yield hooked?.next(responseWith(raw as unknown[])) } : {}
      const raws = { body, recordCount, lastRecord: last.row, headers }
      const told = isPaged ? ((yield computePage?.(raws)) as RawPage['computed']) : undefined
      const paging = { ...pagingOf({ ...raws, ...(told !== undefined && { computed: told }) }), ...next }
      const isNull = extracts !== true && placeAt(body) === null
      return {
        ok: true,
        page: { ...read, paging: paging as PagingValues },
        observed,
        names: extracts === true ? undefined : namesOf(body),
        ...(isNull && { isNull }),
      }
    } catch (error) {
      if (!(error instanceof PageInvalidError)) throw error
      const { code, message } = error
      // What cannot be read as a page may be an error that can.
      if (body === undefined) observed = probe(body, given)
      if (code !== 'NO_RECORDS' && code !== 'EMPTY_BODY') return { ok: false, code, message, observed }
      const raws = { body, recordCount: 0, headers }
      const told = isPaged ? ((yield computePage?.(raws)) as RawPage['computed']) : undefined
      const paging = pagingOf({ ...raws, ...(told !== undefined && { computed: usable(told) }) })
      return { ok: false, code, message, observed, paging, names: namesOf(body) }
    }
  }
}

/** Whether reading a page waits for something: expressions, hooks. */
export function needsTime(instructions: ReadingInstructions): boolean {
  return (
    hasComputed(instructions) || pageExpressions(instructions).length > 0 || instructions.hooks !== undefined
  )
}

/** A body that a hook reads need not be of the stream's format. */
function readable(decode: () => Decoded): Decoded | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof PageInvalidError) return undefined
    throw error
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
