import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Deferred } from 'async-patterns'
import type { PageReading } from './normalised-page.js'
import type { ReadingInstructions } from './reading-instructions.js'
import { PartsAhead } from './packed-reading.js'
import type { PageTasks, WorkerMessage } from './worker.js'

/** One worker thread, which reads one batch of pages at a time. Nobody ever waits for it to end. */
export class ReadingThread {
  /** Resolves when it takes pages; rejects when it could not be started. */
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #started = new Deferred<void>()
  #answer: Deferred<PageReading[]> | undefined
  #ahead = new PartsAhead()
  #death: { readonly reason: unknown } | undefined

  constructor(instructions: readonly ReadingInstructions[], maxHeapMiB: number) {
    this.ready = this.#started.promise
    // Who has no page for it does not ask.
    this.ready.catch(() => undefined)
    this.#worker = new Worker(workerFile(), {
      name: 'normalise',
      workerData: instructions,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
    })
    this.#worker.on('message', (message: WorkerMessage) => this.#take(message))
    this.#worker.on('error', error => this.#die(error))
    this.#worker.on('exit', code => this.#die(new Error(`it ended with exit code ${code}`)))
  }

  get isDead(): boolean {
    return this.#death !== undefined
  }

  /** The readings of the pages, in the same order. Rejects with what ended the thread. */
  async read(tasks: PageTasks, transferList: ArrayBuffer[]): Promise<PageReading[]> {
    if (this.#death !== undefined) throw this.#death.reason
    this.#answer = new Deferred<PageReading[]>()
    this.#worker.ref()
    this.#worker.postMessage(tasks, transferList)
    return this.#answer.promise
  }

  /** Ends it at once, whatever it is at. */
  end(reason: unknown): void {
    this.#die(reason)
    void this.#worker.terminate()
  }

  /** Its first message says that it is ready. Without work it keeps no process alive. */
  #take(message: WorkerMessage): void {
    if (message !== null && !Array.isArray(message)) return this.#ahead.add(message)
    this.#worker.unref()
    if (message === null) return this.#started.resolve()
    this.#answer?.resolve(this.#ahead.readings(message))
    this.#answer = undefined
    this.#ahead = new PartsAhead()
  }

  #die(reason: unknown): void {
    if (this.isDead) return
    this.#death = { reason }
    this.#worker.unref()
    this.#started.reject(reason)
    this.#answer?.reject(reason)
    this.#answer = undefined
  }
}

/** Worker threads run built code, even where the tests run this file from the sources. */
function workerFile(): string {
  return fileURLToPath(new URL('./worker.js', import.meta.url)).replace(
    /([\\/]http[\\/])src([\\/])/,
    '$1dist$2',
  )
}
