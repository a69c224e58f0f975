import { join } from 'node:path'
import { acceptedStatuses } from '../accepted-statuses.js'
import { Arrivals } from './arrivals.js'
import { ClosedLoop } from './closed-loop.js'
import { GeneratorHealth } from './generator-health.js'
import type { HealthReport } from './generator-health.js'
import { LoadGenerator } from './load-generator.js'
import type { LoadPlan } from '../../measurements/index.js'
import { openLanes, preparedRequest } from './open-lanes.js'
import { OpenLoop } from './open-loop.js'
import type { Pace, Sender } from './pace.js'
import { ResultLog } from './result-log.js'
import { Tally } from './tally.js'
import type { IntervalReport, TallyReport } from './tally.js'

/** What one thread of a load does. */
export interface SharePlan extends LoadPlan {
  /** Which of `workers` it is, from 0. */
  readonly index: number
}

/** What one thread of a load saw. */
export interface ShareReport {
  readonly tally: TallyReport
  readonly health: HealthReport
  readonly lateSends: number
  readonly portErrors: readonly string[]
  /** Why its results are not all in their file. */
  readonly fileError: string | undefined
}

/** A share of a load, in this thread or in another. */
export interface ShareRunner extends AsyncDisposable {
  /** Makes connections. */
  prepare(): Promise<void>
  run(): Promise<ShareReport>
  /** Nothing more is sent; what is in flight may finish for a second. */
  stop(): void
}

/**
 * Connections and requests as evenly as they divide; the rate is shared by the schedule itself. Several
 * threads write files of their own in the folder `parts`, to be joined afterwards.
 */
export function sharesOf(plan: LoadPlan, parts: string | undefined): SharePlan[] {
  const part = (whole: number, index: number): number =>
    whole === Infinity ? whole : Math.floor(whole / plan.workers) + (index < whole % plan.workers ? 1 : 0)
  return Array.from({ length: plan.workers }, (_, index) => ({
    ...plan,
    index,
    connections: part(plan.connections, index),
    requests: part(plan.requests, index),
    jsonlFile: parts === undefined ? plan.jsonlFile : join(parts, `${index}.jsonl`),
  }))
}

/** A share that runs in this thread. */
export class LoadShare implements ShareRunner {
  readonly #plan: SharePlan
  readonly #tally: Tally
  readonly #health = new GeneratorHealth()
  readonly #log: ResultLog | undefined
  readonly #generator: LoadGenerator
  #openLoop: OpenLoop | undefined = undefined

  /**
   * @throws WriterError for the file of results; TransportError BAD_REQUEST when the request cannot be sent.
   */
  constructor(plan: SharePlan, onInterval: (report: IntervalReport) => void) {
    this.#plan = plan
    const { jsonlFile, ratePerSecond, url, acceptStatus } = plan
    const isOpenLoop = ratePerSecond !== undefined
    const accepted = acceptedStatuses('runLoad.acceptStatus', acceptStatus)
    this.#tally = new Tally(isOpenLoop, accepted, onInterval)
    // A request that cannot be sent must not cost a file that is there.
    preparedRequest(plan)
    const file = jsonlFile
    this.#log = file === undefined ? undefined : new ResultLog({ file, url, isOpenLoop, accepted })
    this.#generator = new LoadGenerator({
      plan,
      tally: this.#tally,
      log: this.#log,
      lanes: owner => openLanes(plan, owner),
      pace: sender => this.#pace(sender),
      onMeasuring: () => this.#health.begin(),
    })
  }

  async prepare(): Promise<void> {
    await this.#openLoop?.ready()
    await this.#generator.prepare()
  }

  async run(): Promise<ShareReport> {
    await this.#generator.run()
    const health = this.#health.end()
    const tally = this.#tally.report()
    const fileError = await this.#log?.close()
    const { lateSends, portErrors } = this.#generator
    return { tally, health, lateSends, portErrors, fileError }
  }

  stop(): void {
    this.#generator.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#openLoop?.close()
    await this.#log?.close()
  }

  #pace(sender: Sender): Pace {
    const { ratePerSecond, arrivals, workers, ...plan } = this.#plan
    if (ratePerSecond === undefined) return new ClosedLoop(plan, sender)
    const schedule = new Arrivals({ ...plan, ratePerSecond, process: arrivals, shares: workers })
    this.#openLoop = new OpenLoop(plan, schedule, sender)
    return this.#openLoop
  }
}
