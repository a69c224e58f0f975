import { createReadStream, createWriteStream, lstatSync, statSync, truncateSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { onAbort } from 'async-patterns'
import { asWriterError, WholeFile } from '../../persistence/index.js'
import { loadPlan } from './load-options.js'
import type { LoadOptions } from './load-options.js'
import type { LoadMeasurement, LoadPlan } from '../../measurements/index.js'
import { measurementOf } from './load-result.js'
import { LoadShare, sharesOf } from './load-share.js'
import type { SharePlan, ShareReport, ShareRunner } from './load-share.js'
import type { IntervalReport } from './tally.js'
import { Timeline } from './timeline.js'
import { ThreadedShare } from './threaded-share.js'

/**
 * Loads an HTTP server and measures what it does: closed loop (each connection sends when its response has
 * come) or, with `ratePerSecond`, open loop. Every request is in exactly one class of `outcomes`.
 *
 * Requests that fail are results, and a file that fills the disk costs no measurement (`fileError`). It
 * rejects with TypeError or RangeError for a bad option, TransportError BAD_REQUEST for a request that cannot
 * be sent, WriterError when the file of results cannot be opened.
 */
export async function runLoad(options: LoadOptions): Promise<LoadMeasurement> {
  const plan = loadPlan(options)
  const { signal } = options
  await using parts = await partsOf(plan)
  const timeline = new Timeline(plan.workers, options.onProgress)
  const plans = sharesOf(plan, parts?.folder)
  await using shares = new Shares(plans, report => timeline.add(report))
  shares.stopOn(signal)
  await shares.prepare()
  const startedAt = Date.now() + plan.warmupMs
  const reports = await shares.run()
  const notJoined = await parts?.join(plans)
  const fileError = toldOf(reports, plans, plan) ?? notJoined
  const interrupted = signal?.aborted === true
  return measurementOf({ plan, reports, timeline, startedAt, interrupted, fileError })
}

/** Of the file that was asked for, also where a part of it could not be written. */
function toldOf(
  reports: readonly ShareReport[],
  plans: readonly SharePlan[],
  { jsonlFile = '' }: LoadPlan,
): string | undefined {
  const at = reports.findIndex(({ fileError }) => fileError !== undefined)
  return reports[at]?.fileError?.replace(plans[at]?.jsonlFile ?? '', () => jsonlFile)
}

/** All shares of a load: one in this thread, or several in threads of their own. */
class Shares implements AsyncDisposable {
  readonly #shares: readonly ShareRunner[]
  #unsubscribe: () => void = () => undefined

  constructor(plans: readonly SharePlan[], onInterval: (report: IntervalReport) => void) {
    const Runner = plans.length === 1 ? LoadShare : ThreadedShare
    this.#shares = plans.map(plan => new Runner(plan, onInterval))
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

/** The files that several threads write: they become one. */
interface Parts extends AsyncDisposable {
  readonly folder: string
  /** Resolves with why they are not all in the one file, if so. */
  join(plans: readonly SharePlan[]): Promise<string | undefined>
}

/** In a folder of their own beside the file, with a name that nobody can foresee; it does not stay. */
async function partsOf({ jsonlFile, workers }: LoadPlan): Promise<Parts | undefined> {
  if (jsonlFile === undefined || workers === 1) return undefined
  try {
    // Found out at the end only, a file that cannot be written would cost what was measured.
    new WholeFile(jsonlFile)[Symbol.dispose]()
    const folder = await mkdtemp(`${jsonlFile}.`)
    return {
      folder,
      join: plans => joined(plans, jsonlFile),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    }
  } catch (error) {
    throw asWriterError(error, jsonlFile)
  }
}

async function joined(plans: readonly SharePlan[], file: string): Promise<string | undefined> {
  const parts = plans.map(({ jsonlFile = '' }) => jsonlFile)
  try {
    const found = lstatSync(file, { throwIfNoEntry: false })
    // A pipe, a device or a link is written to as it is.
    const isReplaced = found === undefined || found.isFile()
    if (isReplaced) await rename(parts.shift() ?? '', file)
    let flags = isReplaced ? 'a' : 'w'
    for (const part of parts) {
      await append(part, file, flags)
      flags = 'a'
    }
    return undefined
  } catch (error) {
    return asWriterError(error, file).message
  }
}

/** As a whole: what a full disk has cut off would be half a line. */
async function append(part: string, file: string, flags: string): Promise<void> {
  const size = flags === 'a' ? statSync(file).size : 0
  try {
    await pipeline(createReadStream(part), createWriteStream(file, { flags }))
  } catch (error) {
    if (statSync(file).isFile()) truncateSync(file, size)
    throw error
  }
}
