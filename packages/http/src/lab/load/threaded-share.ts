import { Worker } from 'node:worker_threads'
import { Deferred } from 'async-patterns'
import { fileStart } from '../../engines/index.js'
import type { SharePlan, ShareReport, ShareRunner } from './load-share.js'
import type { WorkerNews, WorkerOrder } from './load-worker.js'
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
    this.#worker.on('message', (news: WorkerNews) => {
      if (news.type === 'ready') this.#ready.resolve()
      else if (news.type === 'interval') onInterval(news.report)
      else this.#report.resolve(news.report)
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
    this.#order('run')
    return this.#report.promise
  }

  stop(): void {
    this.#order('stop')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }

  #order(order: WorkerOrder): void {
    this.#worker.postMessage(order, [])
  }

  #fail(error: unknown): void {
    this.#ready.reject(error)
    this.#report.reject(error)
  }
}
