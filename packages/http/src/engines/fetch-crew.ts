import { AsyncPatternsError, ClosedError, checkDuration, systemClock } from 'async-patterns'
import { CrewMember } from './crew-member.js'
import { EngineResult } from './engine-result.js'
import type { FetchReport, FetchTask } from './fetch-worker.js'
import { PeakMemory } from './peak-memory.js'
import { RequestRecord } from './request-result.js'
import type { RequestResult } from './request-result.js'
import { WorkerLostError } from './worker-lost-error.js'

/** The same place as in the worker, which cannot be imported: importing it would run it. */
const DONE = 1
/** How often a blocked thread looks whether it waits in vain. */
const LOOK_MS = 1_000

/** An engine of worker threads does one run at a time. */
export class EngineBusyError extends AsyncPatternsError {
  readonly code = 'ENGINE_BUSY'
}

/**
 * Worker threads that take URLs from one list, each one request at a time over a connection of its own.
 * They are started by the first run and live until `close`; an idle crew does not keep the process alive.
 */
export class FetchCrew {
  readonly #size: number
  readonly #timeoutMs: number
  #members: readonly CrewMember[] | undefined = undefined
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
      return run.end(await Promise.all(run.members.map(member => member.report())))
    } catch (error) {
      await this.#disband()
      throw error
    } finally {
      this.#end(run)
    }
  }

  /** Blocks the thread that calls it: nothing else happens on it until all is done. */
  runSync(urls: readonly string[]): EngineResult {
    const run = this.#begin(urls)
    try {
      run.wait()
      return run.end(run.members.map(member => member.reported()))
    } catch (error) {
      void this.#disband()
      throw error
    } finally {
      this.#end(run)
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
    await Promise.all(members.map(member => member.dismiss()))
  }

  #begin(urls: readonly string[]): CrewRun {
    if (this.#closed) throw new ClosedError('the engine is closed')
    if (this.#busy) throw new EngineBusyError('the engine has a run under way already')
    this.#members ??= Array.from({ length: this.#size }, () => this.#recruit())
    this.#busy = true
    return new CrewRun(urls, this.#members)
  }

  #end({ members }: CrewRun): void {
    this.#busy = false
    for (const member of members) member.rest()
  }

  #recruit(): CrewMember {
    return new CrewMember(this.#timeoutMs, member => this.#lost(member))
  }

  /** A thread that ended between runs would never report: the next run starts a new crew. */
  #lost(member: CrewMember): void {
    if (this.#members?.includes(member) === true && !this.#busy) void this.#disband()
  }
}

/** One run of a crew. */
class CrewRun {
  readonly members: readonly CrewMember[]
  readonly #task: FetchTask
  readonly #startedAt = systemClock.now()
  readonly #memory = new PeakMemory()

  constructor(urls: readonly string[], members: readonly CrewMember[]) {
    this.#task = { urls: [...urls], progress: new Int32Array(new SharedArrayBuffer(8)) }
    this.members = members
    for (const member of members) member.begin(this.#task)
  }

  /** Blocks until all members have reported. @throws WorkerLostError soon after one of them cannot any more. */
  wait(): void {
    const { progress } = this.#task
    for (let done = 0; done < this.members.length; done = Atomics.load(progress, DONE)) {
      const isLook = Atomics.wait(progress, DONE, done, LOOK_MS) === 'timed-out'
      const lost = this.members.find(member => member.hasEnded || (isLook && member.looksLost()))
      // There is no report to be taken: this throws what has become of it.
      lost?.reported()
    }
  }

  end(reports: readonly FetchReport[]): EngineResult {
    const results = Array.from<RequestResult>({ length: this.#task.urls.length })
    for (const [index, result] of reports.flat()) results[index] = result
    for (const [index, url] of this.#task.urls.entries()) results[index] ??= lost(url)
    return new EngineResult(results, systemClock.now() - this.#startedAt, this.#memory.stop())
  }
}

function lost(url: string): RequestResult {
  return new RequestRecord(url, systemClock).fail(new WorkerLostError('no result'))
}
