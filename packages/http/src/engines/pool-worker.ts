import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { AsyncPatternsError, Deferred } from 'async-patterns'
import type { FetchMessage, FetchReport, FetchTask, FetchWorkerData } from './fetch-worker.js'
import { fileStart } from './file-start.js'

/** The same places as in the worker, which cannot be imported: importing it would run it. */
const HEARTBEATS = 0
const ENDED = 1
const IDLE = -1
/**
 * After how many checks, a second each, without a new heartbeat a worker is lost: before its first one, for a
 * thread may be slow to start, and after.
 */
const MISSED_CHECKS = { starting: 30, working: 5 }

/**
 * A worker of an engine ended by itself; its results are lost. Its own error, if any, is in `cause` or the
 * message.
 */
export class WorkerLostError extends AsyncPatternsError {
  readonly code = 'WORKER_LOST'
}

/**
 * A worker thread of a pool, seen from the thread that started it. An idle one does not keep the process
 * alive.
 */
export class PoolWorker {
  readonly #thread: Worker
  readonly #port: MessagePort
  readonly #status = new Int32Array(new SharedArrayBuffer(8))
  #heartbeatsSeen = 0
  #missedChecks = 0

  constructor(timeoutMs: number, onExit: (worker: PoolWorker) => void) {
    const { port1, port2 } = new MessageChannel()
    const workerData: FetchWorkerData = { timeoutMs, tasks: port2, status: this.#status }
    this.#thread = new Worker(new URL('./fetch-worker.js', import.meta.url), {
      workerData,
      ...fileStart(),
      transferList: [port2],
    })
    // Whoever runs listens too; between runs it must not end the process.
    this.#thread.on('error', () => undefined)
    this.#thread.on('exit', () => onExit(this))
    this.#port = port1
    this.unref()
  }

  begin(task: FetchTask): void {
    Atomics.store(this.#status, HEARTBEATS, 0)
    this.#heartbeatsSeen = 0
    this.#missedChecks = 0
    this.#port.postMessage(task, [])
  }

  /** Resolves with its report; rejects with WorkerLostError when its thread ends without one. */
  async report(): Promise<FetchReport> {
    const answer = new Deferred<FetchReport>()
    const onMessage = (message: FetchMessage): void =>
      void ('report' in message && answer.resolve(message.report))
    const onError = (error: unknown): void => {
      const message = error instanceof Error ? error.message : String(error)
      answer.reject(new WorkerLostError(`a worker thread failed: ${message}`, { cause: error }))
    }
    const onExit = (code: number): void =>
      answer.reject(new WorkerLostError(`a worker thread ended with code ${code}`))
    this.#thread.ref()
    this.#thread.on('error', onError).on('exit', onExit)
    this.#port.on('message', onMessage)
    try {
      return await answer.promise
    } finally {
      this.#thread.off('error', onError).off('exit', onExit)
      this.#port.off('message', onMessage)
    }
  }

  /** What it has reported to a thread that was blocked meanwhile. @throws WorkerLostError. */
  reported(): FetchReport {
    const message = receiveMessageOnPort(this.#port)?.message as FetchMessage | undefined
    if (message !== undefined && 'report' in message) return message.report
    throw new WorkerLostError(message?.lost ?? 'a worker thread does not answer')
  }

  /** Whether its thread has said that it ends. */
  get hasEnded(): boolean {
    return Atomics.load(this.#status, ENDED) === 1
  }

  /**
   * One check, a second after the last: whether it has been silent too long. A killed thread does not say
   * that it ends.
   */
  seemsLost(): boolean {
    const heartbeats = Atomics.load(this.#status, HEARTBEATS)
    const isSilent = heartbeats === this.#heartbeatsSeen && heartbeats !== IDLE
    this.#missedChecks = isSilent ? this.#missedChecks + 1 : 0
    this.#heartbeatsSeen = heartbeats
    return this.#missedChecks >= (heartbeats === 0 ? MISSED_CHECKS.starting : MISSED_CHECKS.working)
  }

  /** It does not keep the process alive any more. */
  unref(): void {
    this.#thread.unref()
    this.#port.unref()
  }

  async terminate(): Promise<void> {
    await this.#thread.terminate()
  }
}
