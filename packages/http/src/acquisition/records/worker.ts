import { parentPort, resourceLimits, workerData } from 'node:worker_threads'
import type { PageReading } from './normalised-page.js'
import type { PackedPart, PackedReading } from './packed-reading.js'
import { packed, packedPart } from './packed-reading.js'
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

/** null: it takes pages now. Parts of pages come ahead of the readings of all of them. */
export type WorkerMessage = PackedReading[] | PackedPart | null

const tell = (message: WorkerMessage): void => parentPort?.postMessage(message, [])

/** A reading of each page, in the same order. */
parentPort?.on('message', ({ pages, credentials }: PageTasks) => {
  const read = (page: PageTask, at: number): Promise<PageReading> =>
    readers.compute(page, credentials, part => tell(packedPart(at, part)))
  void Promise.all(pages.map(read)).then(readings => tell(readings.map(packed)))
})
// It takes pages now.
void readers.ready().then(() => tell(null))
