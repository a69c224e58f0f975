import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks'
import type { IntervalHistogram } from 'node:perf_hooks'

/** How the thread fared that generated. */
export interface HealthReport {
  /** The share of a core that it used. */
  readonly cpu: number
  /** The share of time in which it was ready to run but had no core; 0 where the system does not tell. */
  readonly cpuWait: number
  readonly loopDelayP99Ms: number
  readonly gcMs: number
}

interface CpuTime {
  readonly usedMs: number
  readonly waitedMs: number
}

const RESOLUTION_MS = 10

/** Watches the thread in which it is made, from `begin` to `end`. */
export class GeneratorHealth {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #collections = new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) this.#gcMs += duration
  })
  #gcMs = 0
  #startedAt = 0
  #cpu: CpuTime = { usedMs: 0, waitedMs: 0 }

  begin(): void {
    this.#delay.enable()
    this.#delay.reset()
    this.#collections.observe({ entryTypes: ['gc'] })
    this.#gcMs = 0
    this.#startedAt = performance.now()
    this.#cpu = cpuTime()
  }

  end(): HealthReport {
    const elapsedMs = performance.now() - this.#startedAt
    const { usedMs, waitedMs } = cpuTime()
    for (const { duration } of this.#collections.takeRecords()) this.#gcMs += duration
    this.#collections.disconnect()
    this.#delay.disable()
    return {
      cpu: Math.min(1, (usedMs - this.#cpu.usedMs) / elapsedMs),
      cpuWait: Math.min(1, (waitedMs - this.#cpu.waitedMs) / elapsedMs),
      loopDelayP99Ms: Math.max(0, this.#delay.percentile(99) / 1e6 - RESOLUTION_MS),
      gcMs: this.#gcMs,
    }
  }
}

/** Of this thread alone. Linux tells it exactly; elsewhere the loop's busy time stands for it. */
function cpuTime(): CpuTime {
  try {
    const [used, waited] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')
    return { usedMs: Number(used) / 1e6, waitedMs: Number(waited) / 1e6 }
  } catch {
    return { usedMs: performance.eventLoopUtilization().active, waitedMs: 0 }
  }
}
