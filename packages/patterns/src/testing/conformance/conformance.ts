import { duration, having, optionsOf } from '../../core/index.js'
import type { ConformanceAdapter } from './adapter.js'
import { BREAKER_CASES } from './breaker-cases.js'
import type { ConformanceCase } from './case.js'
import { RATE_CASES } from './rate-cases.js'
import { RETRY_CASES } from './retry-cases.js'
import { SEMAPHORE_CASES } from './semaphore-cases.js'

/** How one case went. */
export interface ConformanceResult {
  readonly id: string
  readonly title: string
  /** `n/a`: the library does not have what the case tries. */
  readonly verdict: 'pass' | 'fail' | 'n/a'
  /** What was found, of a failed one; else empty. */
  readonly detail: string
}

/** Which cases are tried, and how long each may take. */
export interface ConformanceOptions {
  /** The cases to try. Default: all. */
  readonly cases?: readonly ConformanceCase[]
  /**
   * A case that has not ended after so many milliseconds of real time will not, and fails. Default 10,000.
   */
  readonly longestMs?: number
}

/** All cases, for a test runner that wants one test for each. */
export const conformanceCases: readonly ConformanceCase[] = Object.freeze([
  ...BREAKER_CASES,
  ...SEMAPHORE_CASES,
  ...RETRY_CASES,
  ...RATE_CASES,
])

const DEFAULTS = Object.freeze({ cases: conformanceCases, longestMs: 10_000 })
const RULES = { cases: having('map'), longestMs: duration() }

/**
 * Tries a library by the cases, one after the other, each with new instances. In real time it takes some five
 * seconds. A case that fails leaves its instances as they are: timers of theirs may keep the process alive.
 */
export async function conformance(
  adapter: ConformanceAdapter,
  options?: ConformanceOptions,
): Promise<ConformanceResult[]> {
  const { cases, longestMs } = optionsOf('conformance', DEFAULTS, RULES, options)
  const results: ConformanceResult[] = []
  for (const one of cases) results.push(await judge(one, adapter, longestMs))
  return results
}

async function judge(
  one: ConformanceCase,
  adapter: ConformanceAdapter,
  longestMs: number,
): Promise<ConformanceResult> {
  const { id, title } = one
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it has not ended after ${longestMs} ms`)), longestMs)
  })
  try {
    return { id, title, verdict: await Promise.race([one.run(adapter), tooLong]), detail: '' }
  } catch (error) {
    return { id, title, verdict: 'fail', detail: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}
