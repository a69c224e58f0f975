import {
  checkOptions,
  checkCount,
  checkDuration,
  checkNumber,
  checkOneOf,
  withDefaults,
} from 'async-patterns'
import type { ArrivalProcess, LoadHeaders, LoadPlan } from '../../measurements/index.js'
import { acceptedStatuses, DEFAULT_ACCEPTED } from '../accepted-statuses.js'
import { parseSlo } from './slo.js'

/** What is sent to whom, how fast and for how long. */
export interface LoadOptions {
  /** http, or https (slower: through undici). Credentials belong in a header. */
  readonly url: string
  /** Connections in all, over all threads; each carries one request at a time. From 1. Default 10. */
  readonly connections?: number
  /**
   * For how long requests are sent, warm-up not included. Default 10,000, or no limit when `requests` is
   * given.
   */
  readonly durationMs?: number
  /** So many requests are sent, warm-up not included. Default: as many as fit into `durationMs`. */
  readonly requests?: number
  /**
   * Makes it an open loop: so many requests a second fall due, whatever the server does. One that finds no
   * free connection waits for one, and its response time runs. Default: a closed loop, as fast as responses
   * come.
   */
  readonly ratePerSecond?: number
  /** Of an open loop. Default `constant`. */
  readonly arrivals?: ArrivalProcess
  /** What Poisson arrivals follow from. Default 1. */
  readonly seed?: number
  /**
   * From the start, connections (closed loop) or the rate (open loop) grow evenly to the full for so long.
   * Default 0.
   */
  readonly rampMs?: number
  /** From the start, requests are counted nowhere for so long. Default 0. */
  readonly warmupMs?: number
  /** Default GET. */
  readonly method?: string
  /** Sent with every request, in the place of the transports' own. Default: none but those. */
  readonly headers?: LoadHeaders
  /** Sent with every request; a text as UTF-8. Default: none. */
  readonly body?: string | Uint8Array
  /**
   * From sending to the last byte; likewise for making a connection and for waiting for a free one. Above 0.
   * Default 10,000.
   */
  readonly timeoutMs?: number
  /** Statuses that are no failure, such as `200-299,404`. Default `100-399`. */
  readonly acceptStatus?: string
  /** Threads that generate; at most one for each connection. 1 means the thread that calls. Default 1. */
  readonly workers?: number
  /** Objectives such as `p99<50ms`, `mean<=20ms`, `errors<1%`, `rate>=500`. Default: none. */
  readonly slos?: readonly string[]
  /** Each result is written there as a line of JSON; what it held is lost. Default: none. */
  readonly jsonlFile?: string
  /** For https: certificates are not checked. Default false. */
  readonly insecure?: boolean
  /** For https: certificates in PEM that are trusted besides those that Node trusts. Default: none. */
  readonly ca?: string
  /**
   * Aborted, it sends no more. What is in flight may finish for a second; then it is of the class
   * INTERRUPTED.
   */
  readonly signal?: AbortSignal
  /** Called once a second with how it goes. Default: nobody is. */
  readonly onProgress?: (progress: LoadProgress) => void
}

/** The last second. */
export interface LoadProgress {
  /** From the start of what is measured to the end of this second. */
  readonly atMs: number
  /** Answers that succeeded. */
  readonly perSecond: number
  /** Of answers that succeeded; null when there was none. In an open loop from the intended send. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  /** Since the start. */
  readonly errors: number
}

const DEFAULTS = Object.freeze({
  connections: 10,
  requests: Infinity,
  ratePerSecond: undefined,
  arrivals: 'constant',
  seed: 1,
  rampMs: 0,
  warmupMs: 0,
  method: 'GET',
  headers: Object.freeze({}),
  body: '',
  timeoutMs: 10_000,
  acceptStatus: DEFAULT_ACCEPTED,
  workers: 1,
  slos: Object.freeze([]) as readonly string[],
  jsonlFile: undefined,
  insecure: false,
  ca: undefined,
})

const DEFAULT_DURATION_MS = 10_000

const KNOWN = ['url', 'durationMs', 'signal', 'onProgress', ...Object.keys(DEFAULTS)]

/** @throws TypeError or RangeError that names the option. */
export function loadPlan(options: LoadOptions): LoadPlan {
  checkOptions('runLoad', options, KNOWN)
  const { signal: _signal, onProgress: _onProgress, ...given } = options
  const durationMs = given.requests === undefined ? DEFAULT_DURATION_MS : Infinity
  const plan: LoadPlan = withDefaults({ ...DEFAULTS, durationMs }, given)
  checkAmounts(plan)
  checkDuration('runLoad.rampMs', plan.rampMs)
  checkDuration('runLoad.warmupMs', plan.warmupMs)
  checkDuration('runLoad.timeoutMs', plan.timeoutMs, { min: 1 })
  checkOneOf('runLoad.arrivals', plan.arrivals, ['constant', 'poisson'])
  checkNumber('runLoad.seed', plan.seed, { integer: true })
  acceptedStatuses('runLoad.acceptStatus', plan.acceptStatus)
  for (const slo of plan.slos) parseSlo(slo)
  return { ...plan, headers: { ...plan.headers }, slos: [...plan.slos] }
}

function checkAmounts(plan: LoadPlan): void {
  checkCount('runLoad.connections', plan.connections, { max: 100_000 })
  checkDuration('runLoad.durationMs', plan.durationMs, { min: 1, orInfinity: true })
  checkCount('runLoad.requests', plan.requests, { orInfinity: true })
  checkCount('runLoad.workers', plan.workers, { max: Math.min(64, plan.connections) })
  if (plan.ratePerSecond !== undefined) {
    checkNumber('runLoad.ratePerSecond', plan.ratePerSecond, { min: 0.001, max: 10_000_000 })
  }
  if (plan.durationMs === Infinity && plan.requests === Infinity) {
    throw new RangeError('runLoad.durationMs is Infinity; allowed is that only where requests is given')
  }
}
