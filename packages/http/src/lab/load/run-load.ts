import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { onAbort } from 'async-patterns'
import { asWriterError, WholeFile } from '../../persistence/index.js'
import { loadPlan } from './load-options.js'
import type { LoadOptions } from './load-options.js'
import type { LoadMeasurement, LoadPlan } from '../../measurements/index.js'
import { measurementOf } from './load-result.js'
import { LoadShare, sharesOf } from './load-share.js'
import type { ShareReport, ShareRunner } from './load-share.js'
import type { IntervalReport } from './tally.js'
import { Timeline } from './timeline.js'
import { ThreadedShare } from './threaded-share.js'

/**
 * Loads an HTTP server and measures what it does: closed loop (each connection sends when its response has
 * come) or, with `ratePerSecond`, open loop. Every request is in exactly one class of `outcomes`.
 *
 * Requests that fail are results. It rejects with TypeError or RangeError for a bad option, TransportError
 * BAD_REQUEST for a request that cannot be sent, WriterError when results cannot be written.
 */
export async function runLoad(options: LoadOptions): Promise<LoadMeasurement> {
  const plan = loadPlan(options)
  const { signal } = options
  checkJoined(plan)
  const timeline = new Timeline(plan.workers, options.onProgress)
  await using shares = new Shares(plan, report => timeline.add(report))
  shares.stopOn(signal)
  await shares.prepare()
  const startedAt = Date.now() + plan.warmupMs
  const reports = await shares.run()
  await joinParts(plan)
  return measurementOf({ plan, reports, timeline, startedAt, interrupted: signal?.aborted === true })
}

/** All shares of a load: one in this thread, or several in threads of their own. */
class Shares implements AsyncDisposable {
  readonly #shares: readonly ShareRunner[]
  #unsubscribe: () => void = () => undefined

  constructor(plan: LoadPlan, onInterval: (report: IntervalReport) => void) {
    const Runner = plan.workers === 1 ? LoadShare : ThreadedShare
    this.#shares = sharesOf(plan).map(share => new Runner(share, onInterval))
  }

  async prepare(): Promise<void> {
    await Promise.all(this.#shares.map(share => share.prepare()))
  }

  run(): Promise<ShareReport[]> {
    return Promise.all(this.#shares.map(share => share.run()))
  }

  /** Until it is disposed. */
  stopOn(signal: AbortSignal | undefined): void {
    if (signal === undefined) return
    const stop = (): void => {
      for (const share of this.#shares) share.stop()
    }
    this.#unsubscribe = onAbort({ signal }, stop)
    if (signal.aborted) stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe()
    await Promise.all(this.#shares.map(share => share[Symbol.asyncDispose]()))
  }
}

/**
 * Several threads write a file each: found out at the end only, a file that cannot be written would cost what
 * was measured.
 */
function checkJoined({ jsonlFile, workers }: LoadPlan): void {
  if (jsonlFile !== undefined && workers > 1) new WholeFile(jsonlFile)[Symbol.dispose]()
}

/** The files of the threads become one. Where they cannot, they stay. */
async function joinParts(plan: LoadPlan): Promise<void> {
  const { jsonlFile } = plan
  if (jsonlFile === undefined || plan.workers === 1) return
  let flags = 'w'
  try {
    for (const { jsonlFile: part = '' } of sharesOf(plan)) {
      await pipeline(createReadStream(part), createWriteStream(jsonlFile, { flags }))
      await rm(part)
      flags = 'a'
    }
  } catch (error) {
    throw asWriterError(error, jsonlFile)
  }
}
