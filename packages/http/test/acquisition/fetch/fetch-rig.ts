import { ManualClock } from 'async-patterns/testing'
import { EmbeddedLimits } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import type { FetchedPage, FetcherParts } from '../../../src/acquisition/fetch/fetcher.js'
import { Fetcher } from '../../../src/acquisition/fetch/fetcher.js'
import { MemoryBudget } from '../../../src/acquisition/fetch/memory-budget.js'
import type { ResponseRule } from '../../../src/acquisition/fetch/response-rules.js'
import {
  defaultRules,
  observedPaths,
  probesOf,
  ResponseRules,
} from '../../../src/acquisition/fetch/response-rules.js'
import { EmbeddedHealth } from '../../../src/acquisition/fetch/stream-health.js'
import type { StreamHealth } from '../../../src/acquisition/fetch/stream-health.js'
import type { StreamLimits } from '../../../src/acquisition/fetch/stream-limits.js'
import { pageReader } from '../../../src/acquisition/records/normalise-page.js'
import type { Transport } from '../../../src/engines/index.js'
import { pageOf } from '../../contracts/ledger-contract.js'
import { POLITE } from '../../support/stream-at.js'

export const LIMITS: StreamLimits = {
  ...POLITE,
  concurrency: 4,
  timeoutMs: 10_000,
  maxPageBytes: 1_000,
  retry: { maxAttempts: 4, baseDelayMs: 500, maxDelayMs: 30_000, jitter: 'none' },
  breaker: { failureThreshold: 30, openStateDurationMs: 5_000 },
  giveUpAfterMs: 30_000,
}

/** An answer, what the transport fails with after the request has left, or before, or no answer at all. */
export type Answer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | { readonly error: Error; readonly departs: boolean }
  | 'hang'

/** A fetcher whose server gives the answers in turn, read as pages are, under a clock of its own. */
export class FetchRig {
  readonly clock = new ManualClock({ wallStartMs: Date.UTC(2026, 0, 1) })
  readonly limiter = new EmbeddedLimits(this.clock).limiterOf({
    ...POLITE,
    endpoint: 'a',
    ratePerSecond: 1_000,
  })
  readonly memory = new MemoryBudget(1_000_000, 4)
  readonly departures: number[] = []
  readonly told: string[] = []
  answers: Answer[] = []

  readonly transport: Transport = {
    send: async (request, within) => {
      const answer = this.answers.shift() ?? { status: 200, body: { items: [{ id: 'a' }] } }
      if (answer === 'hang' || !('error' in answer) || answer.departs) request.onDeparture?.()
      if (answer === 'hang') await this.clock.sleep(1e9, within)
      if (typeof answer === 'string') throw new Error('it hung for ever')
      if ('error' in answer) throw answer.error
      const { status, headers = {}, body = '' } = answer
      const bytes = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
      return { statusCode: status, headers, body: bytes, bytes: bytes.length, url: request.url }
    },
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }

  fetcher(
    rules: readonly ResponseRule[],
    limits: Partial<StreamLimits> = {},
    parts: Partial<FetcherParts> = {},
  ): Fetcher {
    const stream = { name: 'a', limits: { ...LIMITS, ...limits } }
    const table = [...rules.map(rule => ({ ...rule, isOwn: true })), ...defaultRules()]
    const read = pageReader({
      stream: 'a',
      records: 'items',
      observe: observedPaths(table),
      probes: probesOf(table),
      paging: {},
      mapping: { id: { path: 'id', type: 'string', required: true } },
    })
    return new Fetcher({
      limits: stream.limits,
      redirects: 'sameOrigin',
      requestOf: () => ({ url: 'http://a.test/' }),
      authorizer: { authorize: async request => request },
      rules: new ResponseRules(table),
      transport: this.transport,
      limiter: this.limiter,
      health: new EmbeddedHealth(this.clock).healthOf([stream], () => undefined).get('a') as StreamHealth,
      memory: this.memory,
      clock: this.clock,
      normaliser: { read: async (bytes, _stream, headers) => read(bytes, headers) },
      observer: {
        departed: (_page, _attempt, at) => this.departures.push(at),
        attemptFailed: (_page, attempt, code, message) => this.told.push(`${attempt} ${code} ${message}`),
        quiet: (_page, waitMs, askedBy) => this.told.push(`${waitMs} ${askedBy}`),
      },
      ...parts,
    })
  }

  fetch(fetcher: Fetcher, ordinal = 7): Promise<FetchedPage> {
    return this.clock.run(fetcher.fetch(pageOf('a', ordinal), {}))
  }
}
