import { once } from 'node:events'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { AsyncPatternsError, ClosedError, checkDuration, systemClock } from 'async-patterns'
import { EngineResult } from './engine-result.js'
import type { FetchReport, FetchTask } from './fetch-worker.js'
import { PeakMemory } from './peak-memory.js'
import { RequestRecord, type RequestResult } from './request-result.js'

/** The same places as in the worker, which cannot be imported: importing it would run it. */
const DONE = 1
/** How often a blocked thread looks whether it waits in vain. */
const LOOK_MS = 1_000

/** A worker of an engine ended by itself; its results are lost. */
export class WorkerLostError extends AsyncPatternsError {
  readonly code = 'WORKER_LOST'
}

/** An engine of worker threads does one run at a time. */
export class EngineBusyError extends AsyncPatternsError {
  readonly code = 'ENGINE_BUSY'
}

interface Member {
  readonly worker: Worker
  readonly port: MessagePort
}

/**
 * Worker threads that take URLs from one list, each one request at a time over a connection of its own.
 * They are started by the first run and live until `close`; an idle crew does not keep the process alive.
 */
export class FetchCrew {
  readonly #size: number
  readonly #timeoutMs: number
  #members: readonly Member[] | undefined = undefined
  #busy = false
  #closed = false

  constructor(size: number, timeoutMs: number, owner: string) {
    checkDuration(`${owner}.timeoutMs`, timeoutMs)
    this.#size = size
    this.#timeoutMs = timeoutMs
  }

  async run(urls: readonly string[]): Promise<EngineResult> {
    const run = this.#begin(urls)
    try {
      return run.end(await Promise.all(run.members.map(reportOf)))
    } catch (error) {
      await this.#disband()
      throw error
    } finally {
      this.#end(run.members)
    }
  }

  /** Blocks the thread that calls it: nothing else happens on it until all is done. */
  runSync(urls: readonly string[]): EngineResult {
    const run = this.#begin(urls)
    try {
      this.#wait(run)
      return run.end(run.members.map(({ port }) => receiveMessageOnPort(port)?.message as FetchReport))
    } catch (error) {
      void this.#disband()
      throw error
    } finally {
      this.#end(run.members)
    }
  }

  close(): Promise<void> {
    this.#closed = true
    return this.#disband()
  }

  /** After a thread was lost the others are of no use: what they still report belongs to no run. */
  async #disband(): Promise<void> {
    const members = this.#members ?? []
    this.#members = undefined
    await Promise.all(members.map(({ worker }) => worker.terminate()))
  }

  #begin(urls: readonly string[]): CrewRun {
    if (this.#closed) throw new ClosedError('the engine is closed')
    if (this.#busy) throw new EngineBusyError('the engine has a run under way already')
    this.#members ??= Array.from({ length: this.#size }, () => this.#recruit())
    this.#busy = true
    return new CrewRun(urls, this.#members)
  }

  #end(members: readonly Member[]): void {
    this.#busy = false
    for (const { worker } of members) worker.unref()
  }

  #recruit(): Member {
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(new URL('./fetch-worker.js', import.meta.url), {
      workerData: { timeoutMs: this.#timeoutMs, tasks: port2 },
      transferList: [port2],
    })
    // Whoever runs hears of it by the end of the thread; between runs it must not end the process.
    worker.on('error', () => undefined)
    worker.on('exit', () => this.#lost(worker))
    worker.unref()
    port1.unref()
    return { worker, port: port1 }
  }

  /** A thread that ended between runs would never report: the next run starts a new crew. */
  #lost(worker: Worker): void {
    const isOurs = this.#members?.some(member => member.worker === worker) === true
    if (isOurs && !this.#busy) void this.#disband()
  }

  /** No run takes longer than every request's time limit in a row, with room for starting the threads. */
  #wait({ task, members }: CrewRun): void {
    const rounds = Math.ceil(task.urls.length / members.length)
    const giveUpAt = systemClock.now() + 60_000 + rounds * (this.#timeoutMs + LOOK_MS)
    for (let done = 0; done < members.length; done = Atomics.load(task.progress, DONE)) {
      Atomics.wait(task.progress, DONE, done, LOOK_MS)
      if (systemClock.now() > giveUpAt) throw new WorkerLostError('a worker thread does not answer')
    }
  }
}

/** One run of a crew. */
class CrewRun {
  readonly task: FetchTask
  readonly members: readonly Member[]
  readonly #startedAt = systemClock.now()
  readonly #memory = new PeakMemory()

  constructor(urls: readonly string[], members: readonly Member[]) {
    this.task = { urls: [...urls], progress: new Int32Array(new SharedArrayBuffer(8)) }
    this.members = members
    for (const { port } of members) port.postMessage(this.task)
  }

  end(reports: readonly FetchReport[]): EngineResult {
    const results = Array.from<RequestResult>({ length: this.task.urls.length })
    for (const [index, result] of reports.flat()) results[index] = result
    for (const [index, url] of this.task.urls.entries()) results[index] ??= lost(url)
    return new EngineResult(results, systemClock.now() - this.#startedAt, this.#memory.stop())
  }
}

/** The report of a member, or a rejection when its thread ends without one. */
async function reportOf({ worker, port }: Member): Promise<FetchReport> {
  worker.ref()
  const stop = new AbortController()
  const ended = async (): Promise<never> => {
    const [code] = (await once(worker, 'exit', { signal: stop.signal })) as [number]
    throw new WorkerLostError(`a worker thread ended with code ${code}`)
  }
  const message = once(port, 'message', { signal: stop.signal })
  try {
    const [report] = (await Promise.race([message, ended()])) as [FetchReport]
    return report
  } finally {
    stop.abort()
    message.catch(() => undefined)
    port.unref()
  }
}

function lost(url: string): RequestResult {
  const now = systemClock.now()
  return new RequestRecord(url, now, systemClock.wallNow()).fail(new WorkerLostError('no result'), now)
}
