import { checkOptions, checkCount, checkDuration, checkNumber, withDefaults } from 'async-patterns'
import type { BreakerTransitionEvent } from 'async-patterns'
import { targetOptions } from '../bench-target.js'
import type { BenchTargetOptions } from '../bench-target.js'

/** Which scenarios run, and how hard they are. */
export interface ResilienceBenchmarkOptions extends Pick<BenchTargetOptions, 'mockPort' | 'mockLatencyMs'> {
  /** Requests of each part. Default 50. */
  readonly requestCount?: number
  /** The breaker's scenario: a server that fails wholly, then heals. Default true. */
  readonly breaker?: boolean
  /** The retry's scenario: a server that fails every other time. Default true. */
  readonly retry?: boolean
  /** A request is sent every so many milliseconds. Default 20. */
  readonly paceMs?: number
  /** Requests at a time. Default 10. */
  readonly concurrency?: number
  /** Failures that open the breaker. Default 5. */
  readonly failureThreshold?: number
  /** How long an open breaker stays open, in milliseconds. Default 250. */
  readonly openStateDurationMs?: number
  /** Probes that a half-open state admits, and successes that close it. Default 3. */
  readonly halfOpenMaxCalls?: number
  /** Attempts of a request, the first included. Default 4. */
  readonly maxAttempts?: number
  /** The first backoff; it doubles, without jitter. Default 20. */
  readonly baseDelayMs?: number
  /** Retries allowed for each request, all in all. Default 0.5. */
  readonly retryBudgetRatio?: number
  /** Hears of each transition of the breaker when it happens. Default: nobody does. */
  readonly onTransition?: (transition: BreakerTransitionEvent) => void
  /** Ends it: it rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

const DEFAULTS = Object.freeze({
  requestCount: 50,
  breaker: true,
  retry: true,
  paceMs: 20,
  concurrency: 10,
  failureThreshold: 5,
  openStateDurationMs: 250,
  halfOpenMaxCalls: 3,
  maxAttempts: 4,
  baseDelayMs: 20,
  retryBudgetRatio: 0.5,
})

const KNOWN = Object.keys({
  mockPort: true,
  mockLatencyMs: true,
  requestCount: true,
  breaker: true,
  retry: true,
  paceMs: true,
  concurrency: true,
  failureThreshold: true,
  openStateDurationMs: true,
  halfOpenMaxCalls: true,
  maxAttempts: true,
  baseDelayMs: true,
  retryBudgetRatio: true,
  onTransition: true,
  signal: true,
} satisfies Record<keyof ResilienceBenchmarkOptions, true>)

export type ResilienceSettings = ReturnType<typeof resilienceSettings>

/** @throws TypeError or RangeError that names the option. */
export function resilienceSettings(options: ResilienceBenchmarkOptions | undefined) {
  checkOptions('runResilienceBenchmark', options, KNOWN)
  const read = { ...withDefaults(DEFAULTS, options), ...targetOptions(options ?? {}) }
  for (const name of [
    'requestCount',
    'concurrency',
    'failureThreshold',
    'halfOpenMaxCalls',
    'maxAttempts',
  ] as const) {
    checkCount(name, read[name])
  }
  for (const name of ['paceMs', 'openStateDurationMs', 'baseDelayMs'] as const)
    checkDuration(name, read[name])
  checkNumber('retryBudgetRatio', read.retryBudgetRatio, { min: 0 })
  return read
}
