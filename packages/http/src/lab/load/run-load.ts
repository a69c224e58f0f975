import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { type LoadOptions, type LoadPlan, loadPlan } from './load-options.js'
import { type LoadMeasurement, measurementOf } from './load-result.js'
import { LoadShare, type ShareReport, type ShareRunner, sharesOf } from './load-share.js'
import type { IntervalReport } from './tally.js'
import { Timeline } from './timeline.js'
import { ThreadedShare } from './threaded-share.js'

/**
 * Loads an HTTP server and measures what it does: closed loop (each connection sends when its response has come)
 * or, with `ratePerSecond`, open loop. Every request is in exactly one class of `outcomes`.
 *
 * Requests that fail are results. It rejects with TypeError or RangeError for a bad option, TransportError
 * BAD_REQUEST for a request that cannot be sent, WriterError when results cannot be written.
 */
export async function runLoad(options: LoadOptions): Promise<LoadMeasurement> {
  const plan = loadPlan(options)
  const { signal } = options
  const timeline = new Timeline(plan.workers, options.onProgress)
  await using crew = new Crew(plan, report => timeline.add(report))
  await crew.prepare()
  const startedAt = Date.now() + plan.warmupMs
  const reports = await crew.run(signal)
  await joinParts(plan)
  return measurementOf({ plan, reports, timeline, startedAt, interrupted: signal?.aborted === true })
}

/** All shares of a load: one in this thread, or several in threads of their own. */
class Crew implements AsyncDisposable {
  readonly #shares: readonly ShareRunner[]

  constructor(plan: LoadPlan, onInterval: (report: IntervalReport) => void) {
    const Runner = plan.workers === 1 ? LoadShare : ThreadedShare
    this.#shares = sharesOf(plan).map(share => new Runner(share, onInterval))
  }

  async prepare(): Promise<void> {
    await Promise.all(this.#shares.map(share => share.prepare()))
  }

  async run(signal: AbortSignal | undefined): Promise<ShareReport[]> {
    const stop = (): void => {
      for (const share of this.#shares) share.stop()
    }
    signal?.addEventListener('abort', stop)
    try {
      const running = this.#shares.map(share => share.run())
      if (signal?.aborted === true) stop()
      return await Promise.all(running)
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#shares.map(share => share[Symbol.asyncDispose]()))
  }
}

/** The files of the threads become one. */
async function joinParts(plan: LoadPlan): Promise<void> {
  const { jsonlFile } = plan
  if (jsonlFile === undefined || plan.workers === 1) return
  let flags = 'w'
  for (const { jsonlFile: part = '' } of sharesOf(plan)) {
    await pipeline(createReadStream(part), createWriteStream(jsonlFile, { flags }))
    await rm(part)
    flags = 'a'
  }
}
