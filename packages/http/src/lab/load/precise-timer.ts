import { Worker } from 'node:worker_threads'

/**
 * Waits with the precision of a futex, tens of microseconds, where a timer of the event loop is late by one
 * or two milliseconds; spinning instead would make the generator look busy and take the core from the server.
 * It is a text, so that it needs no file of its own beside the sources, the build or a bundle.
 */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const cells = new Int32Array(workerData)
for (let handled = 0; ; ) {
  Atomics.wait(cells, 0, handled)
  handled = Atomics.load(cells, 0)
  if (Atomics.load(cells, 1) < 0) break
  Atomics.wait(cells, 2, 0, Atomics.load(cells, 1) / 1000)
  parentPort.postMessage(handled)
}`

const COMMANDS = 0
const DELAY_US = 1
const CANCELLED = 2

/** A timer whose thread does nothing else: it wakes this thread's event loop when the time is up. */
export class PreciseTimer {
  readonly #cells = new Int32Array(new SharedArrayBuffer(12))
  readonly #worker: Worker
  #isSet = false

  constructor(onTimeout: () => void) {
    this.#worker = new Worker(THREAD, { eval: true, workerData: this.#cells.buffer })
    this.#worker.on('message', () => {
      this.#isSet = false
      onTimeout()
    })
  }

  /** Resolves when its thread runs. */
  async ready(): Promise<void> {
    await new Promise((resolve, reject) => {
      this.#worker.once('online', resolve)
      this.#worker.once('error', reject)
    })
  }

  /** Calls back once after so long, at most a second; does nothing while it is set already. */
  set(delayMs: number): void {
    if (this.#isSet) return
    this.#isSet = true
    this.#command(Math.max(0, Math.round(Math.min(delayMs, 1_000) * 1_000)))
  }

  async close(): Promise<void> {
    Atomics.store(this.#cells, CANCELLED, 1)
    Atomics.notify(this.#cells, CANCELLED)
    this.#command(-1)
    await this.#worker.terminate()
  }

  #command(delayUs: number): void {
    Atomics.store(this.#cells, DELAY_US, delayUs)
    Atomics.add(this.#cells, COMMANDS, 1)
    Atomics.notify(this.#cells, COMMANDS)
  }
}
