import { hash } from 'node:crypto'
import { tooHeavy } from './decoders/json-weight.js'
import type { NormalisedPage } from './normalised-page.js'
import type { MappedRecords } from './record-mapper.js'
import { recordsWeight } from './records-weight.js'

/** Some of a page's records and rejects, handed on before all of it is read. */
export type PagePart = Pick<NormalisedPage, 'records' | 'rejects'>

/** A part has so many rows: most pages have fewer, and go in one. */
const ROWS_OF_PART = 5_000

/**
 * Empties what collects a page's records, part by part, so that a page of a million rows is never held whole by
 * the thread that reads it.
 */
export class PageParts {
  readonly #sink: MappedRecords
  readonly #handOn: ((part: PagePart) => void) | undefined
  readonly #maxWeight: number
  #filtered = 0
  #weight = 0
  #fingerprint: string | undefined

  /** Without `handOn` all stays where it is. Whoever takes the parts holds no more than `maxWeight` bytes of them. */
  constructor(sink: MappedRecords, maxWeight: number, handOn?: (part: PagePart) => void) {
    this.#sink = sink
    this.#maxWeight = maxWeight
    this.#handOn = handOn
  }

  /** To be called after each row. @throws PageInvalidError for a page whose rows weigh too much. */
  rowRead(): void {
    const { records, rejects, filtered } = this.#sink
    if (records.length + rejects.length + filtered.length < ROWS_OF_PART) return
    if (this.#handOn === undefined) return
    this.#count()
    if (this.#weight > this.#maxWeight) throw tooHeavy(this.#weight, this.#maxWeight)
    this.#handOn({ records: records.splice(0), rejects: rejects.splice(0) })
    filtered.length = 0
  }

  /** Of all parts. */
  end(): Pick<NormalisedPage, 'filtered' | 'weight' | 'fingerprint'> {
    this.#count()
    return {
      ...(this.#filtered > 0 && { filtered: this.#filtered }),
      weight: this.#weight,
      fingerprint: this.#fingerprint as string,
    }
  }

  /**
   * The fingerprint is made of ids, and of the raw text of what has none: the same rows give the same one,
   * whatever is around them.
   */
  #count(): void {
    const { records, rejects, filtered } = this.#sink
    const rows = [...records.map(record => record.id), ...rejects.map(rejected => rejected.raw), ...filtered]
    const before = this.#fingerprint === undefined ? [] : [this.#fingerprint]
    this.#fingerprint = hash('sha1', JSON.stringify([...before, ...rows]), 'base64')
    this.#filtered += filtered.length
    this.#weight += recordsWeight(this.#sink)
  }
}
