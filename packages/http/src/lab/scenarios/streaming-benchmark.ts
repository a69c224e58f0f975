import { publicUrl } from '../../display/index.js'
import type { Check, MemoryGrowth, StreamingReport } from '../../measurements/index.js'
import { benchHeading } from '../bench-heading.js'
import { BenchTarget } from '../bench-target.js'
import { check } from '../check.js'
import { ResultFiles } from '../result-files.js'
import { streamAsync } from './stream-async.js'
import { streamThreaded } from './stream-threaded.js'
import { streamingSettings } from './streaming-benchmark-options.js'
import type { StreamingBenchmarkOptions, StreamingSettings } from './streaming-benchmark-options.js'

/**
 * Growth that is allowed between the two readings; the collector keeps some pages back, now more, now less.
 */
const GROWTH_LIMIT_MB = 20

/**
 * The async engine at full speed for a while, every result streamed through a bounded producer-consumer
 * pipeline into files; then the threaded engine likewise, for comparison. It holds no more results than the
 * queue does, however long it runs. Rejects when the mock or an engine cannot run; with TypeError or RangeError for a wrong option. Whether the criteria were met is
 * in `checks`.
 */
export async function runStreamingBenchmark(options?: StreamingBenchmarkOptions): Promise<StreamingReport> {
  const settings = streamingSettings(options)
  const heading = await benchHeading('streaming')
  await using target = await BenchTarget.open(settings)
  await using results = new ResultFiles(settings)
  const async = await streamAsync(settings, target, results)
  const threaded = await streamThreaded(settings, target, results)
  const files = await results.close()
  const engines = { ...async.engines, ...threaded.engines }
  const { memory, eventLoop } = async
  const counted = {
    engines,
    files,
    memory,
    serverRequests: sum(async.serverRequests, threaded.serverRequests),
  }
  return {
    ...heading,
    ...counted,
    config: configOf(settings, target),
    eventLoop,
    checks: checksOf(counted, async.sent + threaded.sent),
    interrupted: settings.signal?.aborted === true,
  }
}

function checksOf(
  {
    engines,
    files,
    memory,
    serverRequests,
  }: Pick<StreamingReport, 'engines' | 'files' | 'memory' | 'serverRequests'>,
  sent: number,
): Check[] {
  const results = Object.values(engines).reduce((count, { requestCount }) => count + requestCount, 0)
  const succeeded = Object.values(engines).reduce((count, { successCount }) => count + successCount, 0)
  return [
    check('there were successes', succeeded > 0, `${succeeded} of ${results}`),
    check('every request has a result', sent === results, `${sent} sent, ${results} results`),
    ...files.map(({ file, records, error }) =>
      check(
        `every result is in ${file}`,
        records === results && error === undefined,
        `${records} records, ${results} results${error === undefined ? '' : `; ${error}`}`,
      ),
    ),
    ...(serverRequests === null
      ? []
      : [
          check(
            'the server counted as many',
            serverRequests === sent,
            `${serverRequests} counted, ${sent} sent`,
          ),
        ]),
    ...(memory === null ? [] : [memoryCheck(memory)]),
  ]
}

function memoryCheck({ earlyMb, earlyAtMs, lateMb, lateAtMs }: MemoryGrowth): Check {
  const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`
  const found = `${earlyMb.toFixed(1)} MiB at ${seconds(earlyAtMs)}, ${lateMb.toFixed(1)} MiB at ${seconds(lateAtMs)}`
  return check(
    `memory grows by no more than ${GROWTH_LIMIT_MB} MiB`,
    lateMb - earlyMb <= GROWTH_LIMIT_MB,
    found,
  )
}

function sum(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other
}

function configOf(settings: StreamingSettings, target: BenchTarget): Readonly<Record<string, unknown>> {
  const { durationMs, concurrency, pooling, transport, workers, threadedDurationMs, timeoutMs, ...rest } =
    settings
  const { mockLatencyMs, mockErrorRate, mockRateLimitAfter = null } = rest
  const engines = { durationMs, concurrency, pooling, transport, workers, threadedDurationMs, timeoutMs }
  const mock = { latencyMs: mockLatencyMs, errorRate: mockErrorRate, rateLimitAfter: mockRateLimitAfter }
  return { ...engines, url: publicUrl(target.url), mock: target.isMock ? mock : null }
}
