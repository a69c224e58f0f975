import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { Deferred } from 'async-patterns'
import type { FetchNews, FetchReport, FetchTask, FetchWorkerData } from './fetch-worker.js'
import { fileStart } from './file-start.js'
import { WorkerLostError } from './worker-lost-error.js'

/** The same places as in the worker, which cannot be imported: importing it would run it. */
const BEAT = 0
const ENDED = 1
const IDLE = -1
/** How many looks in vain, a second each, make a worker lost: before its first beat, for a thread may be slow to start, and after. */
const LOOKS = { starting: 30, working: 5 }

/** One worker thread of a crew, seen from the thread that started it. An idle one does not keep the process alive. */
export class CrewMember {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #life = new Int32Array(new SharedArrayBuffer(8))
  #beatSeen = 0
  #looksInVain = 0

  constructor(timeoutMs: number, onExit: (member: CrewMember) => void) {
    const { port1, port2 } = new MessageChannel()
    const workerData: FetchWorkerData = { timeoutMs, tasks: port2, life: this.#life }
    this.#worker = new Worker(new URL('./fetch-worker.js', import.meta.url), {
      workerData,
      ...fileStart(),
      transferList: [port2],
    })
    // Whoever runs listens too; between runs it must not end the process.
    this.#worker.on('error', () => undefined)
    this.#worker.on('exit', () => onExit(this))
    this.#port = port1
    this.rest()
  }

  begin(task: FetchTask): void {
    Atomics.store(this.#life, BEAT, 0)
    this.#beatSeen = 0
    this.#looksInVain = 0
    this.#port.postMessage(task, [])
  }

  /** Resolves with its report; rejects with WorkerLostError when its thread ends without one. */
  async report(): Promise<FetchReport> {
    const answer = new Deferred<FetchReport>()
    const onNews = (news: FetchNews): void => void ('report' in news && answer.resolve(news.report))
    const onError = (error: unknown): void => {
      const message = error instanceof Error ? error.message : String(error)
      answer.reject(new WorkerLostError(`a worker thread failed: ${message}`, { cause: error }))
    }
    const onExit = (code: number): void =>
      answer.reject(new WorkerLostError(`a worker thread ended with code ${code}`))
    this.#worker.ref()
    this.#worker.on('error', onError).on('exit', onExit)
    this.#port.on('message', onNews)
    try {
      return await answer.promise
    } finally {
      this.#worker.off('error', onError).off('exit', onExit)
      this.#port.off('message', onNews)
    }
  }

  /** What it has reported to a thread that was blocked meanwhile. @throws WorkerLostError. */
  reported(): FetchReport {
    const news = receiveMessageOnPort(this.#port)?.message as FetchNews | undefined
    if (news !== undefined && 'report' in news) return news.report
    throw new WorkerLostError(news?.lost ?? 'a worker thread does not answer')
  }

  /** Whether its thread has said that it ends. */
  get hasEnded(): boolean {
    return Atomics.load(this.#life, ENDED) === 1
  }

  /** One look, a second after the last: whether it has been silent for too long. It may have been killed without a word. */
  looksLost(): boolean {
    const beat = Atomics.load(this.#life, BEAT)
    this.#looksInVain = beat === this.#beatSeen && beat !== IDLE ? this.#looksInVain + 1 : 0
    this.#beatSeen = beat
    return this.#looksInVain >= (beat === 0 ? LOOKS.starting : LOOKS.working)
  }

  /** It does not keep the process alive any more. */
  rest(): void {
    this.#worker.unref()
    this.#port.unref()
  }

  async dismiss(): Promise<void> {
    await this.#worker.terminate()
  }
}
