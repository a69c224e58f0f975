import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { EngineResult, fileStart } from '../engines/index.js'
import type { RequestResult } from '../engines/index.js'
import type { EngineSpec } from './engine-spec.js'

/** One run: `count` requests for `url`. */
export interface EngineRequest {
  readonly url: string
  readonly count: number
}

export type EngineAnswer =
  | {
      readonly results: readonly RequestResult[]
      readonly totalTimeMs: number
      readonly peakMemoryMb: number
    }
  | { readonly failure: string }

/**
 * An engine in a process of its own: its memory is its own, a blocking engine blocks nobody, and what one
 * engine leaves behind (garbage, compiled code) does not weigh on the next. It ends with the process that
 * started it.
 */
export class EngineProcess implements AsyncDisposable {
  readonly spec: EngineSpec
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown[]>

  constructor({ engine, lanes, timeoutMs, transport }: EngineSpec) {
    this.spec = { engine, lanes, timeoutMs, transport }
    this.#child = fork(hostPath(), [JSON.stringify(this.spec)], {
      serialization: 'advanced',
      ...fileStart(),
      // A process group of its own: after Ctrl-C it is for the one that started it to end it.
      detached: true,
    })
    this.#exited = once(this.#child, 'exit')
    this.#exited.catch(() => undefined)
  }

  /** One run at a time. Rejects when the engine fails, its process ends, or with the abort reason. */
  async run(request: EngineRequest, signal?: AbortSignal): Promise<EngineResult> {
    if (this.#hasEnded) throw this.#lost()
    const given = new AbortController()
    const message = once(this.#child, 'message', {
      signal: signal === undefined ? given.signal : AbortSignal.any([given.signal, signal]),
    })
    // Not by the promise of its end, which outlives the run: with it, all results would be kept.
    const ended = once(this.#child, 'exit', { signal: given.signal }).then(() => {
      throw this.#lost()
    })
    this.#child.send(request)
    try {
      const [answer] = (await Promise.race([message, ended])) as [EngineAnswer]
      if ('failure' in answer) throw new Error(`the ${this.spec.engine} engine failed: ${answer.failure}`)
      return new EngineResult(answer.results, answer.totalTimeMs, answer.peakMemoryMb)
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error
    } finally {
      given.abort()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.#child.kill('SIGKILL')
    await this.#exited
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #lost(): Error {
    const { exitCode, signalCode } = this.#child
    return new Error(`the process of the ${this.spec.engine} engine ended (${exitCode ?? signalCode})`)
  }
}

/** Several of them, each in its own process. */
export class EngineProcesses implements AsyncDisposable {
  readonly all: readonly EngineProcess[]

  constructor(specs: readonly EngineSpec[]) {
    this.all = specs.map(spec => new EngineProcess(spec))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map(engine => engine[Symbol.asyncDispose]()))
  }
}

/** Found through the package's own name, so that the sources find the built file too. */
function hostPath(): string {
  const manifest = createRequire(import.meta.url).resolve('@async-patterns/http/package.json')
  return join(dirname(manifest), 'dist', 'lab', 'engine-host.js')
}
