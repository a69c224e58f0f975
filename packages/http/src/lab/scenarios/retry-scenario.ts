import { RetryBudget, RetryPolicy } from 'async-patterns'
import type { RetryEvent } from 'async-patterns'
import { AsyncEngine, retryResponse } from '../../engines/index.js'
import type { RequestResult } from '../../engines/index.js'
import type { RetryFindings } from '../../measurements/index.js'
import type { BenchTarget } from '../bench-target.js'
import { paced } from '../paced.js'
import type { ResilienceSettings } from './resilience-options.js'
import { stopOnAbort } from './stop-on-abort.js'

/** Half of all attempts fail; retries are bounded by a budget. */
export async function runRetryScenario(
  settings: ResilienceSettings,
  target: BenchTarget,
): Promise<RetryFindings> {
  const { requestCount, paceMs, concurrency, signal, mockLatencyMs: latency } = settings
  const budget = new RetryBudget({ ratio: settings.retryBudgetRatio, minRetries: 0 })
  const { maxAttempts, baseDelayMs } = settings
  const retryPolicy = new RetryPolicy({
    maxAttempts,
    baseDelayMs,
    jitter: 'none',
    budget,
    retryWhen: retryResponse,
  })
  const heard = new HeardRetries(baseDelayMs)
  using _ = retryPolicy.subscribe(event => heard.hear(event))
  await target.setBehaviour({ latency, errorRate: 0.5 })
  await target.clearStats()
  await using engine = new AsyncEngine({ maxConcurrent: concurrency, retryPolicy })
  using _stop = stopOnAbort(signal, { cut: () => void engine.close({ timeoutMs: 0 }) })
  const results: RequestResult[] = []
  for await (const result of engine.runStreaming(paced(target.url, requestCount, paceMs, signal)))
    results.push(result)
  // The engine was closed then, and left the rest unread.
  signal?.throwIfAborted()
  const stats = await target.stats()
  const statuses = stats?.routes['/'] ?? {}
  const serverRequests = stats?.requests ?? 0
  const succeeded = results.filter(({ error }) => error === null)
  return {
    requests: results.length,
    succeeded: succeeded.length,
    succeededAtOnce: succeeded.filter(({ attempt }) => attempt === 1).length,
    serverRequests,
    serverFailures: statuses['500'] ?? 0,
    retries: heard.retries,
    budgetAllowed: budget.state().allowed,
    budgetRefusals: heard.refusals,
    amplification: serverRequests / results.length,
    wrongDelays: heard.wrongDelays,
  }
}

class HeardRetries {
  retries = 0
  refusals = 0
  readonly wrongDelays: number[] = []
  readonly #baseDelayMs: number

  constructor(baseDelayMs: number) {
    this.#baseDelayMs = baseDelayMs
  }

  hear(event: RetryEvent): void {
    if (event.type === 'budget-exceeded') this.refusals += 1
    if (event.type !== 'retry') return
    this.retries += 1
    if (event.delayMs !== this.#baseDelayMs * 2 ** (event.attempt - 1)) this.wrongDelays.push(event.delayMs)
  }
}
