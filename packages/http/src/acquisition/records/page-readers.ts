import { Secrets } from '../secrets/index.js'
import type { PageReading } from './normalised-page.js'
import type { PageHeaders, PageReader } from './normalise-page.js'
import { pageReader } from './normalise-page.js'
import type { PageContext } from './page-context.js'
import type { PagePart } from './page-parts.js'
import type { ReadingInstructions } from './reading-instructions.js'

/** One page that is to be read, in whichever thread. */
export interface PageTask {
  readonly stream: string
  readonly bytes: Uint8Array
  readonly headers: PageHeaders
  readonly context?: PageContext | undefined
}

/** The compiled instructions of all streams; compiled anew when further credentials are known. */
export class PageReaders {
  readonly #instructions: ReadonlyMap<string, ReadingInstructions>
  readonly #maxParsedBytes: number
  readonly #readers = new Map<string, PageReader>()
  #known = 0

  constructor(instructions: readonly ReadingInstructions[], maxParsedBytes = Infinity) {
    this.#instructions = new Map(instructions.map(one => [one.stream, one]))
    this.#maxParsedBytes = maxParsedBytes
  }

  /** It never throws: what is wrong with one page is no other's fault. */
  read(
    { stream, bytes, headers, context }: PageTask,
    credentials: readonly string[],
    handOn?: (part: PagePart) => void,
  ): PageReading {
    try {
      return this.#readerOf(stream, credentials)(bytes, headers, context, handOn)
    } catch (error) {
      const message = `reading the page failed: ${String(error)}`
      return { ok: false, code: 'WORKER_DIED', message, observed: {} }
    }
  }

  #readerOf(stream: string, credentials: readonly string[]): PageReader {
    if (credentials.length !== this.#known) this.#readers.clear()
    this.#known = credentials.length
    let reader = this.#readers.get(stream)
    if (reader === undefined) {
      const own = this.#instructions.get(stream)
      if (own === undefined)
        throw new RangeError(`stream is ${JSON.stringify(stream)}, which this pool does not know`)
      reader = pageReader(own, new Secrets(credentials), this.#maxParsedBytes)
      this.#readers.set(stream, reader)
    }
    return reader
  }
}
