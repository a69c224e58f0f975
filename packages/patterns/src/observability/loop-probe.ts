import type * as PerfHooks from 'node:perf_hooks'
import type { EventLoopUtilization, IntervalHistogram } from 'node:perf_hooks'

/** How late the event loop came to its timers, in milliseconds. */
export interface LoopDelay {
  readonly meanMs: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** What the runtime says about the time since the reading before. */
export interface LoopReading {
  readonly delay: LoopDelay
  /** The share of time in which the loop was busy, from 0 to 1. */
  readonly utilization: number
  readonly heapUsedBytes: number
  readonly heapTotalBytes: number
  /** Sockets, timers, requests and the like that keep the loop alive now. */
  readonly activeResources: number
}

/** Where an EventLoopMonitor has its readings from. */
export interface LoopProbe {
  start(): void
  read(): LoopReading
  stop(): void
}

const RESOLUTION_MS = 10

/** Asked for by name when it is needed: an import would keep this entry from browsers and workers. */
function perfHooks(): typeof PerfHooks {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> }
  const found = process?.getBuiltinModule?.('node:perf_hooks')
  if (typeof found?.monitorEventLoopDelay === 'function') return found
  throw new TypeError(
    'EventLoopMonitor.probe is undefined; allowed, where there is no node:perf_hooks, is an object with start, ' +
      'read and stop',
  )
}

/** Node's own counters: `monitorEventLoopDelay`, `eventLoopUtilization`, `process`. */
export class NodeLoopProbe implements LoopProbe {
  readonly #performance: typeof PerfHooks.performance
  readonly #delay: IntervalHistogram
  #utilization: EventLoopUtilization

  /** @throws TypeError where there is no Node. */
  constructor() {
    const { monitorEventLoopDelay, performance } = perfHooks()
    this.#performance = performance
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    this.#utilization = performance.eventLoopUtilization()
  }

  start(): void {
    this.#utilization = this.#performance.eventLoopUtilization()
    this.#delay.reset()
    this.#delay.enable()
  }

  read(): LoopReading {
    const now = this.#performance.eventLoopUtilization()
    const { utilization } = this.#performance.eventLoopUtilization(now, this.#utilization)
    const { heapUsed, heapTotal } = process.memoryUsage()
    const delay = this.#readDelay()
    this.#utilization = now
    this.#delay.reset()
    return {
      delay,
      utilization,
      heapUsedBytes: heapUsed,
      heapTotalBytes: heapTotal,
      activeResources: process.getActiveResourcesInfo().length,
    }
  }

  stop(): void {
    this.#delay.disable()
  }

  #readDelay(): LoopDelay {
    const delay = this.#delay
    return {
      meanMs: lateness(delay.mean),
      p50Ms: lateness(delay.percentile(50)),
      p95Ms: lateness(delay.percentile(95)),
      p99Ms: lateness(delay.percentile(99)),
      maxMs: lateness(delay.max),
    }
  }
}

/**
 * Node counts whole intervals between its samples, in nanoseconds; what exceeds the interval is the delay.
 */
function lateness(intervalNs: number): number {
  return Number.isNaN(intervalNs) ? 0 : Math.max(0, intervalNs / 1e6 - RESOLUTION_MS)
}
