import { parentPort, resourceLimits, workerData } from 'node:worker_threads'
import type { PackedReading } from './packed-reading.js'
import { packed } from './packed-reading.js'
import type { PageTask } from './page-readers.js'
import { PageReaders } from './page-readers.js'
import type { ReadingInstructions } from './reading-instructions.js'

/**
 * Pages that go to a thread together, and the credentials known when they left: more may have been learnt
 * since.
 */
export interface PageTasks {
  readonly pages: readonly PageTask[]
  readonly credentials: readonly string[]
}

/** What a page may take once it is parsed; the rest is for what is made of it, and what is not collected yet. */
const maxParsedBytes = ((resourceLimits.maxOldGenerationSizeMb ?? Infinity) * 2 ** 20 * 3) / 4
const readers = new PageReaders(workerData as readonly ReadingInstructions[], maxParsedBytes)

const tell = (readings: PackedReading[] | null): void => parentPort?.postMessage(readings, [])

/** A reading of each page, in the same order. */
parentPort?.on('message', ({ pages, credentials }: PageTasks) => {
  void Promise.all(pages.map(page => readers.compute(page, credentials))).then(readings =>
    tell(readings.map(packed)),
  )
})
// It takes pages now.
tell(null)
