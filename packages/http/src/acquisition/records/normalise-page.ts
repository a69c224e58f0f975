import { compilePlace } from '../references/index.js'
import { Secrets } from '../secrets/index.js'
import { parsedWeight } from './decoders/json-weight.js'
import { parsePage } from './decoders/json.js'
import type { NormalisedPage, PageReading } from './normalised-page.js'
import type { PageContext } from './page-context.js'
import { PageInvalidError } from './page-invalid-error.js'
import { observer } from './page-observer.js'
import { pagingReader } from './paging-values.js'
import { recordsReader } from './read-records.js'
import type { ReadingInstructions } from './reading-instructions.js'
import { placeOf, rowsReader } from './records-place.js'
import { namesReader } from './records-way.js'

const MAX_RECORDS = 100_000

/** The response headers that matter to how a page is read; others may be there. */
export interface PageHeaders {
  readonly 'content-type'?: string | undefined
}

/** Reads a page's bytes; it never throws for what the page holds. */
export type PageReader = (bytes: Uint8Array, headers?: PageHeaders, context?: PageContext) => PageReading

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
  const place = placeOf(instructions.records)
  const placeAt = compilePlace(place.path)
  const rowsOf = rowsReader(place)
  const namesOf = namesReader(place.path)
  const pagingOf = pagingReader(instructions.paging, instructions.endWhen)
  const recordsOf = recordsReader(instructions, secrets)
  const observe = observer(instructions.observe)
  const normalise = (body: unknown, context?: PageContext): NormalisedPage => {
    const rows = rowsOf(body)
    if (rows.length > maxRecords) throw tooMany(rows.length, maxRecords)
    return { ...recordsOf(rows, context), paging: pagingOf(body, rows.length) }
  }
  return (bytes, headers = {}, context) => {
    let observed: PageReading['observed'] = {}
    let body: unknown
    try {
      const weight = parsedWeight(bytes, maxParsedBytes)
      if (weight > maxParsedBytes) throw tooHeavy(weight, maxParsedBytes)
      body = parsePage(bytes, headers['content-type'])
      observed = observe(body)
      const page = normalise(body, context)
      return {
        ok: true,
        page,
        observed,
        names: namesOf(body),
        ...(placeAt(body) === null && { isNull: true }),
      }
    } catch (error) {
      if (!(error instanceof PageInvalidError)) throw error
      const { code, message } = error
      if (code !== 'NO_RECORDS' && code !== 'EMPTY_BODY') return { ok: false, code, message, observed }
      return { ok: false, code, message, observed, paging: pagingOf(body, 0), names: namesOf(body) }
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
