import { parentPort, resourceLimits, workerData } from 'node:worker_threads'
import { Secrets } from '../secrets/index.js'
import type { PageReading } from './normalised-page.js'
import type { PageHeaders, PageReader } from './normalise-page.js'
import { pageReader } from './normalise-page.js'
import type { PageContext } from './page-context.js'
import type { ReadingInstructions } from './reading-instructions.js'
import type { PackedPart, PackedReading } from './packed-reading.js'
import { packed, packedPart } from './packed-reading.js'

/** One page on its way to a worker thread. */
export interface PageTask {
  readonly stream: string
  readonly bytes: Uint8Array
  readonly headers: PageHeaders
  readonly context?: PageContext | undefined
}

/**
 * Pages that go to a thread together, and the credentials known when they left: more may have been learnt
 * since.
 */
export interface PageTasks {
  readonly pages: readonly PageTask[]
  readonly credentials: readonly string[]
}

const instructions = new Map(
  (workerData as readonly ReadingInstructions[]).map(one => [one.stream, one] as const),
)
/** What a page may take once it is parsed; the rest is for what is made of it, and what is not collected yet. */
const maxParsedBytes = ((resourceLimits.maxOldGenerationSizeMb ?? Infinity) * 2 ** 20 * 3) / 4
let known = 0
let readers = new Map<string, PageReader>()

/** null: it takes pages now. Parts of pages come ahead of the readings of all of them. */
export type WorkerMessage = PackedReading[] | PackedPart | null

const tell = (message: WorkerMessage): void => parentPort?.postMessage(message, [])

parentPort?.on('message', (tasks: PageTasks) => tell(normalise(tasks)))
tell(null)

/** A reading of each page, in the same order. What is wrong with one is no other's fault. */
function normalise({ pages, credentials }: PageTasks): PackedReading[] {
  if (credentials.length !== known) {
    known = credentials.length
    readers = new Map()
  }
  return pages.map((page, index) => packed(readingOf(page, credentials, index)))
}

function readingOf(
  { stream, bytes, headers, context }: PageTask,
  credentials: readonly string[],
  index: number,
): PageReading {
  try {
    return readerOf(stream, credentials)(bytes, headers, context, part => tell(packedPart(index, part)))
  } catch (error) {
    const message = `the worker thread failed: ${String(error)}`
    return { ok: false, code: 'WORKER_DIED', message, observed: {} }
  }
}

function readerOf(stream: string, credentials: readonly string[]): PageReader {
  let reader = readers.get(stream)
  if (reader === undefined) {
    const own = instructions.get(stream)
    if (own === undefined)
      throw new RangeError(`stream is ${JSON.stringify(stream)}, which this pool does not know`)
    reader = pageReader(own, new Secrets(credentials), maxParsedBytes)
    readers.set(stream, reader)
  }
  return reader
}
