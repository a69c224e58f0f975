import { createHash } from 'node:crypto'
import { tooHeavy } from './decoders/json-weight.js'
import type { NormalisedPage } from './normalised-page.js'
import type { MappedRecords } from './mapped-records.js'
import { rawText } from './raw-text.js'
import { recordsWeight } from './records-weight.js'

/** Some of a page's records and rejects, handed on before all of it is read. */
export type PagePart = Pick<NormalisedPage, 'records' | 'rejects'>

/** A part has so many rows: most pages have fewer, and go in one. */
const ROWS_OF_PART = 5_000

interface PagePartsOptions {
  /** Whoever takes the parts holds no more than so many bytes of them. */
  readonly maxWeight: number
  /** The ids tell their page: rows are the same where their raw texts are. */
  readonly isAppended: boolean
  /** Without it all stays where it is. */
  readonly handOn?: ((part: PagePart) => void) | undefined
}

/**
 * Empties what collects a page's records, part by part, so that a page of a million rows is never held whole by
 * the thread that reads it.
 */
export class PageParts {
  readonly #sink: MappedRecords
  readonly #options: PagePartsOptions
  readonly #marks = createHash('sha1')
  #filtered = 0
  #weight = 0

  constructor(sink: MappedRecords, options: PagePartsOptions) {
    this.#sink = sink
    this.#options = options
  }

  /** To be called after each row. @throws PageInvalidError for a page whose rows weigh too much. */
  rowRead(row: unknown): void {
    const { maxWeight, isAppended, handOn } = this.#options
    if (isAppended) this.#marks.update(rawText(row))
    const { records, rejects, filtered } = this.#sink
    if (handOn === undefined || records.length + rejects.length + filtered.length < ROWS_OF_PART) return
    this.#count()
    if (this.#weight > maxWeight) throw tooHeavy(this.#weight, maxWeight)
    handOn({ records: records.splice(0), rejects: rejects.splice(0) })
    filtered.length = 0
  }

  /** Of all parts. */
  end(): Pick<NormalisedPage, 'filtered' | 'weight' | 'fingerprint'> {
    this.#count()
    return {
      ...(this.#filtered > 0 && { filtered: this.#filtered }),
      weight: this.#weight,
      fingerprint: this.#marks.digest('base64'),
    }
  }

  /** The fingerprint: the same rows give the same one, whatever is around them. */
  #count(): void {
    if (!this.#options.isAppended) this.#marks.update(JSON.stringify(marksOf(this.#sink)))
    this.#filtered += this.#sink.filtered.length
    this.#weight += recordsWeight(this.#sink)
  }
}

/** Ids, and the raw text of what has none. */
function marksOf({ records, rejects, filtered }: MappedRecords): readonly string[] {
  return [...records.map(record => record.id), ...rejects.map(rejected => rejected.raw), ...filtered]
}
