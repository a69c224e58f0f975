import { Secrets } from '../secrets/index.js'
import type { PageReading } from './normalised-page.js'
import type { ComputingReader, PageHeaders, PageReader } from './normalise-page.js'
import { computingReader, needsTime, pageReader } from './normalise-page.js'
import { loadHooks } from './hooks/load-hooks.js'
import type { ReadingHooks } from './hooks/reading-hooks.js'
import type { PageContext } from './page-context.js'
import { PageInvalidError } from './page-invalid-error.js'
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
  readonly #computing = new Map<string, ComputingReader>()
  readonly #hooks = new Map<string, Promise<ReadingHooks>>()
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
      return failed(error)
    }
  }

  /** Imports what the streams have of modules. What fails is told with each page. */
  async ready(): Promise<void> {
    await Promise.allSettled(Array.from(this.#instructions.values(), one => this.#hooksOf(one)))
  }

  /** The same, of a stream with computed fields or hooks too. */
  async compute(
    task: PageTask,
    credentials: readonly string[],
    handOn?: (part: PagePart) => void,
  ): Promise<PageReading> {
    const { stream, bytes, headers, context } = task
    const own = this.#instructions.get(stream)
    if (own === undefined || !needsTime(own)) return this.read(task, credentials, handOn)
    try {
      const hooks = await this.#hooksOf(own)
      return await this.#computingReaderOf(own, hooks, credentials)(bytes, headers, context, handOn)
    } catch (error) {
      return failed(error)
    }
  }

  #hooksOf({ stream, hooks }: ReadingInstructions): Promise<ReadingHooks> {
    let found = this.#hooks.get(stream)
    if (found === undefined) {
      if (hooks === undefined) found = Promise.resolve({})
      else found = 'functions' in hooks ? Promise.resolve(hooks.functions) : loadHooks(hooks.module, stream)
      this.#hooks.set(stream, found)
    }
    return found
  }

  #computingReaderOf(
    own: ReadingInstructions,
    hooks: ReadingHooks,
    credentials: readonly string[],
  ): ComputingReader {
    this.#forget(credentials)
    let reader = this.#computing.get(own.stream)
    if (reader === undefined) {
      reader = computingReader(own, new Secrets(credentials), this.#maxParsedBytes, hooks)
      this.#computing.set(own.stream, reader)
    }
    return reader
  }

  #forget({ length }: readonly string[]): void {
    if (length === this.#known) return
    this.#readers.clear()
    this.#computing.clear()
    this.#known = length
  }

  #readerOf(stream: string, credentials: readonly string[]): PageReader {
    this.#forget(credentials)
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

function failed(error: unknown): PageReading {
  if (error instanceof PageInvalidError)
    return { ok: false, code: error.code, message: error.message, observed: {} }
  const message = `reading the page failed: ${String(error)}`
  return { ok: false, code: 'WORKER_DIED', message, observed: {} }
}
