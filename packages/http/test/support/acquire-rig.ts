import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AcquireEvent } from '../../src/acquisition/run/acquire-event.js'
import type { AcquireOptions } from '../../src/acquisition/acquire.js'
import { acquire } from '../../src/acquisition/acquire.js'
import type { PipelineConfig } from '../../src/acquisition/configuration/pipeline-config.js'
import type { StreamLimits } from '../../src/acquisition/fetch/stream-limits.js'
import type { StreamConfig } from '../../src/acquisition/streams/stream-config.js'
import type { ProductSummary } from '../../src/measurements/index.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { Summary } from '../../src/measurements/index.js'
import { worstRollingSecond } from '../../src/acquisition/summary/rolling-second.js'
import type { LoggedRequest, Shops } from '../../src/mock/index.js'
import type { Stalls } from './stalls.js'
import { expectSummary } from './summary-schema.js'

/** The example pipeline, on the shops given and in an output folder of its own. */
export async function exampleConfig(
  shops: Pick<Shops, 'urls'>,
  output: string,
  limits: Partial<StreamLimits> = {},
): Promise<PipelineConfig> {
  const file = new URL('../../../../examples/shops.yaml', import.meta.url)
  const { northwind, kaufhaus, mercado } = shops.urls
  const { config } = parseConfig(await readFile(file, 'utf8'), 'shops.yaml', {
    flags: { output },
    environment: { NORTHWIND_URL: northwind, KAUFHAUS_URL: kaufhaus, MERCADO_URL: mercado },
  })
  return withLimits({ ...config, workers: 1 }, limits)
}

export function withLimits(config: PipelineConfig, limits: Partial<StreamLimits>): PipelineConfig {
  const limited = (source: StreamConfig) => ({ ...source, limits: { ...source.limits, ...limits } })
  return { ...config, streams: config.streams.map(limited) }
}

/** Limits under which a test is quick: hundreds of requests a second, waits of a few milliseconds. */
export const QUICK: Partial<StreamLimits> = {
  ratePerSecond: 200,
  retry: { maxAttempts: 4, baseDelayMs: 10, maxDelayMs: 1_000, jitter: 'none' },
  breaker: { failureThreshold: 3, openStateDurationMs: 100 },
  giveUpAfterMs: 600,
}

/** The shops' part of the summary; the example pipeline asks for it. */
export function productsOf({ products }: Summary): readonly ProductSummary[] {
  if (products === undefined) throw new Error('the summary has no products')
  return products
}

/** A folder for a test's output. */
export async function outputFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'acquire-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A run together with all that it told. However it ended, its summary keeps to the schema. */
export async function acquired(
  config: PipelineConfig,
  options: AcquireOptions = {},
): Promise<{ summary: Summary; events: AcquireEvent[] }> {
  const events: AcquireEvent[] = []
  const summary = await acquire(config, {
    ...options,
    onEvent: event => {
      events.push(event)
      options.onEvent?.(event)
    },
  })
  expectSummary(summary)
  return { summary, events }
}

/**
 * The most arrivals in any 950 ms, as the server's log has them: between departure and arrival lies the
 * network's jitter. A server that did not get to run (`stalls`) has seen what came meanwhile late. The
 * departures themselves are checked strictly, from the ledger.
 */
export function worstArrivals(requests: readonly LoggedRequest[], stalls: Stalls): number {
  const windowMs = Math.max(100, 950 - stalls.worstMs)
  return worstRollingSecond(requests.map(request => request.at * (1_000 / windowMs)))
}
