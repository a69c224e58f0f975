import { CircuitBreaker, systemClock } from 'async-patterns'
import type { BreakerEvent, BreakerTransitionEvent } from 'async-patterns'
import { AsyncEngine, classifyResponse } from '../../engines/index.js'
import type { RequestEvent, RequestResult } from '../../engines/index.js'
import type { BreakerFindings, BreakerPart, SeenTransition } from '../../measurements/index.js'
import type { BenchTarget } from '../bench-target.js'
import { paced } from '../paced.js'
import type { ResilienceSettings } from './resilience-options.js'
import { stopOnAbort } from './stop-on-abort.js'

/** Fails every request for a while, heals the server, and watches the breaker. */
export async function runBreakerScenario(
  settings: ResilienceSettings,
  target: BenchTarget,
): Promise<BreakerFindings> {
  const {
    failureThreshold,
    openStateDurationMs,
    halfOpenMaxCalls,
    concurrency,
    mockLatencyMs: latency,
  } = settings
  const breaker = new CircuitBreaker({
    name: 'resilience',
    failureThreshold,
    openStateDurationMs,
    halfOpenMaxCalls,
    classify: classifyResponse,
    // The scenario is about errors: neither shares of them nor a slow machine may open the breaker.
    errorRateThreshold: false,
    latencyThresholdMultiplier: false,
  })
  await using engine = new AsyncEngine({ maxConcurrent: concurrency, circuitBreaker: breaker })
  using _ = stopOnAbort(settings.signal, { cut: () => void engine.close({ timeoutMs: 0 }) })
  using watch = new BreakerWatch(breaker, engine, settings.onTransition)
  await target.setBehaviour({ latency, errorRate: 1 })
  const outage = await runPart(settings, target, engine, watch)
  const leaked = watch.sentAfterOpening
  const openings = watch.count('half-open')
  await target.setBehaviour({ latency })
  const healedAtMs = watch.nowMs
  const recovery = await runPart(settings, target, engine, watch)
  const closedAtMs = watch.closedAfter(healedAtMs)
  return {
    transitions: watch.transitions,
    healedAtMs,
    outage,
    recovery,
    leaked,
    probesAllowed: openings * halfOpenMaxCalls,
    timeToOpenMs: watch.openedAtMs,
    timeToRecoverMs: closedAtMs === null ? null : closedAtMs - healedAtMs,
    failedAfterClosing: watch.failuresSince(closedAtMs),
  }
}

async function runPart(
  { requestCount, paceMs, signal }: ResilienceSettings,
  target: BenchTarget,
  engine: AsyncEngine,
  watch: BreakerWatch,
): Promise<BreakerPart> {
  await target.clearStats()
  const [sentBefore, rejectedBefore, startedAt] = [watch.sent, watch.rejections, watch.nowMs]
  const results: RequestResult[] = []
  for await (const result of engine.runStreaming(paced(target.url, requestCount, paceMs, signal)))
    results.push(result)
  // The engine was closed then, and left the rest unread.
  signal?.throwIfAborted()
  const succeeded = results.filter(({ error }) => error === null).length
  const stats = await target.stats()
  return {
    requests: results.length,
    sent: watch.sent - sentBefore,
    serverRequests: stats?.requests ?? 0,
    rejected: watch.rejections - rejectedBefore,
    succeeded,
    goodput: (succeeded * 1_000) / (watch.nowMs - startedAt),
  }
}

/** Counts what breaker and engine tell; nothing is sampled. */
class BreakerWatch implements Disposable {
  readonly transitions: SeenTransition[] = []
  sent = 0
  sentAfterOpening = 0
  rejections = 0
  openedAtMs: number | null = null
  readonly #startedAt = systemClock.now()
  readonly #failedAtMs: number[] = []
  readonly #subscriptions: readonly Disposable[]
  readonly #onTransition: ((transition: BreakerTransitionEvent) => void) | undefined

  constructor(
    breaker: Pick<CircuitBreaker, 'subscribe'>,
    engine: AsyncEngine,
    onTransition: ((transition: BreakerTransitionEvent) => void) | undefined,
  ) {
    this.#onTransition = onTransition
    this.#subscriptions = [
      breaker.subscribe(event => this.#hearBreaker(event)),
      engine.subscribe(event => this.#hearEngine(event)),
    ]
  }

  get nowMs(): number {
    return systemClock.now() - this.#startedAt
  }

  count(to: SeenTransition['to']): number {
    return this.transitions.filter(transition => transition.to === to).length
  }

  closedAfter(atMs: number): number | null {
    return (
      this.transitions.find(transition => transition.to === 'closed' && transition.atMs >= atMs)?.atMs ?? null
    )
  }

  failuresSince(atMs: number | null): number {
    return atMs === null ? 0 : this.#failedAtMs.filter(failedAtMs => failedAtMs > atMs).length
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]()
  }

  #hearBreaker(event: BreakerEvent): void {
    if (event.type === 'rejection') {
      this.rejections += 1
      return
    }
    const { from, to, cause } = event
    const atMs = event.at - this.#startedAt
    this.transitions.push({ from, to, cause, atMs })
    if (to === 'open') this.openedAtMs ??= atMs
    this.#onTransition?.(event)
  }

  #hearEngine({ status }: RequestEvent): void {
    if (status === 'failed') this.#failedAtMs.push(this.nowMs)
    if (status !== 'in_flight') return
    this.sent += 1
    if (this.openedAtMs !== null) this.sentAfterOpening += 1
  }
}
