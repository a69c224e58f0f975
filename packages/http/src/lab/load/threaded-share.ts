import { Worker } from 'node:worker_threads'
import { Deferred } from 'async-patterns'
import { fileStart } from '../../engines/index.js'
import type { SharePlan, ShareReport, ShareRunner } from './load-share.js'
import type { WorkerMessage, WorkerCommand } from './load-worker.js'
import type { IntervalReport } from './tally.js'

/** A share that runs in a thread of its own. */
export class ThreadedShare implements ShareRunner {
  readonly #worker: Worker
  readonly #ready = new Deferred<void>()
  readonly #report = new Deferred<ShareReport>()

  constructor(plan: SharePlan, onInterval: (report: IntervalReport) => void) {
    this.#worker = new Worker(new URL('./load-worker.js', import.meta.url), {
      workerData: plan,
      ...fileStart(),
    })
    this.#worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'ready') this.#ready.resolve()
      else if (message.type === 'interval') onInterval(message.report)
      else this.#report.resolve(message.report)
    })
    this.#worker.on('error', error => this.#fail(error))
    this.#worker.on('exit', code => this.#fail(new Error(`a thread of the load ended with code ${code}`)))
    // Whichever of the two nobody waits for any more.
    this.#ready.promise.catch(() => undefined)
    this.#report.promise.catch(() => undefined)
  }

  prepare(): Promise<void> {
    return this.#ready.promise
  }

  run(): Promise<ShareReport> {
    this.#command('run')
    return this.#report.promise
  }

  stop(): void {
    this.#command('stop')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }

  #command(command: WorkerCommand): void {
    this.#worker.postMessage(command, [])
  }

  #fail(error: unknown): void {
    this.#ready.reject(error)
    this.#report.reject(error)
  }
}
