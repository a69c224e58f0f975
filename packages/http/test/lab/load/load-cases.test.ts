import { fileURLToPath } from 'node:url'
import { Histogram } from 'async-patterns/observability'
import { spawnMock } from '@async-patterns/http/mock'
import type { Behaviour, HttpMockRequests, HttpMockStats } from '@async-patterns/http/mock'
import { describe, expect, test } from 'vitest'
import { startNginx } from '../../../../../bench/load/nginx.mjs'
import { runLoad } from '../../../src/lab/index.js'
import type { LoadMeasurement, LoadMeasurementFile, LoadOptions, LoadResult } from '../../../src/lab/index.js'
import { run } from '../../support/run.js'
import { testWith } from '../../support/services.js'
import { Stalls } from '../../support/stalls.js'

// Processes run what was built: `make test` builds first.
const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

interface Mocked {
  readonly measurement: LoadMeasurement
  readonly stats: HttpMockStats
}

/** A load on a mock server in a process of its own, and that server's own counts. */
async function loadOnMock(behaviour: Behaviour, options: Partial<LoadOptions>, path = '/'): Promise<Mocked> {
  await using mock = await spawnMock('http')
  const base = mock.urls.http
  // Its times start over with a behaviour: a stall counts from here.
  await (await fetch(`${base}/__behaviour`, { method: 'PUT', body: JSON.stringify(behaviour) })).text()
  const measurement = await runLoad({ url: `${base}${path}`, ...options })
  const stats = (await (await fetch(`${base}/__stats`)).json()) as HttpMockStats
  return { measurement, stats }
}

/** Requests without a response. */
function failuresOf({ result }: LoadMeasurement): number {
  return Object.entries(result.errors).reduce(
    (sum, [name, count]) => sum + (name.startsWith('HTTP_') ? 0 : count),
    0,
  )
}

async function loadCommand(...args: string[]): Promise<{ code: number; result: LoadResult }> {
  const { code, stdout } = await run(process.execPath, [main, 'load', ...args, '--json'])
  return { code, result: (JSON.parse(stdout) as LoadMeasurementFile).result }
}

describe('L-1', () => {
  test('L-1 coordinated omission: a stall of 1 s is in the response times of all that were due, and in few service times', async () => {
    using stalls = new Stalls()
    const { measurement, stats } = await loadOnMock(
      { latency: 0, stalls: [{ fromMs: 1_500, untilMs: 2_500 }] },
      { ratePerSecond: 100, durationMs: 4_000, connections: 10 },
    )
    const { requests, responseTimeMs, serviceTimeMs } = measurement.result
    expect(requests.total).toBe(400)
    expect(stats.requests).toBe(400)
    // A quarter of the requests fall due in the stall, and wait for U(0, 1 s): p80 is 200 ms, p99 is 960 ms.
    expect(responseTimeMs?.p50).toBeLessThan(50 + stalls.worstMs)
    expect(responseTimeMs?.p90).toBeGreaterThan(450)
    expect(responseTimeMs?.p99).toBeGreaterThan(850)
    // The server may hold them longer than it was told, and this process may hear of it late.
    expect(responseTimeMs?.p99).toBeLessThan((stats.latencyMs.max ?? NaN) + 150 + stalls.worstMs)
    // Only ten connections had a request under way: a fortieth.
    expect(serviceTimeMs.p95).toBeLessThan(200)
    expect(serviceTimeMs.max).toBeGreaterThan(800)
  })
})

const L2_PERCENTILES = { p50: 50, p95: 95, p99: 99 } as const
/** Chance may spoil a run of a quiet machine; a generator that measures wrongly is wrong in each. */
const L2_RUNS = 5

/** Longer than any run. */
const UNBOUNDED_MS = 3_000_000

/** What the server saw of a load, in milliseconds. All of it from its own clock. */
interface ServerSaw {
  /** From each request's arrival to its answer: what a client measures is no less. */
  readonly served: Histogram
  /**
   * From the answer before it on its connection to the next request there, or to the connection's end. A
   * client that sends as soon as a response has come measures no more, however busy the machine is. The first
   * one has no bound.
   */
  readonly atMost: Histogram
  /** The shortest time between an answer and the next request on its connection. */
  readonly shortestGapMs: number
}

function serverSaw({ requests, connections }: HttpMockRequests): ServerSaw {
  const [served, atMost] = [new Histogram(), new Histogram()]
  let shortestGapMs = Infinity
  for (const [number, { closedAt }] of connections.entries()) {
    const own = requests.filter(({ connection }) => connection === number)
    for (const [index, { at, answeredAt }] of own.entries()) {
      const before = own[index - 1]?.answeredAt
      const next = own[index + 1]?.at
      served.record((answeredAt ?? NaN) - at)
      atMost.record(typeof before === 'number' ? (next ?? closedAt ?? NaN) - before : UNBOUNDED_MS)
      if (next !== undefined) shortestGapMs = Math.min(shortestGapMs, next - (answeredAt ?? NaN))
    }
  }
  return { served, atMost, shortestGapMs }
}

/** A mock's log when all connections of the load have ended. */
async function endedLog(base: string): Promise<HttpMockRequests> {
  for (;;) {
    const log = (await (await fetch(`${base}/__requests`)).json()) as HttpMockRequests
    if (log.connections.every(({ closedAt }) => closedAt !== null)) return log
  }
}

/**
 * One run. What is certain on any machine is checked at once; returned is by how much the run exceeds what is
 * allowed, 1 ms or 2 % of what the server itself has measured, unless the machine kept even an idle process
 * waiting meanwhile.
 */
async function l2Excess(latency: string, loop: readonly string[]): Promise<number> {
  await using mock = await spawnMock('http', ['--latency', latency])
  const base = mock.urls.http
  await (await fetch(`${base}/__requests`, { method: 'PUT' })).text()
  using stalls = new Stalls()
  const { result } = await loadCommand(`${base}/`, '--connections', '8', '--requests', '2000', ...loop)
  const wasQuiet = stalls.totalMs === 0
  const { served, atMost, shortestGapMs } = serverSaw(await endedLog(base))
  expect([served.count, result.statusCodes]).toEqual([2_000, { 200: 2_000 }])
  expect(shortestGapMs).toBeLessThan(1)
  const excesses = Object.entries(L2_PERCENTILES).map(([name, percent]) => {
    const measured = result.serviceTimeMs[name as keyof typeof L2_PERCENTILES] ?? NaN
    const truth = served.percentile(percent)
    // Of equal buckets; the result is rounded to microseconds.
    expect(measured, `${name} by the client, no less than by the server`).toBeGreaterThanOrEqual(
      truth - 0.001,
    )
    expect(measured, `${name} by the client, no more than the server allows`).toBeLessThanOrEqual(
      atMost.percentile(percent) + 0.001,
    )
    return measured - truth - Math.max(1, truth * 0.02)
  })
  return wasQuiet ? Math.max(0, ...excesses) : 0
}

describe('L-2', () => {
  // In an open loop above what the connections can carry a request always waits for each of them.
  const overloaded = ['--rate', '3000', '--timeout', '30s']
  test.each<[string, string, readonly string[]]>([
    ['constant', '10ms', []],
    ['bimodal', 'bimodal:10ms,40ms,0.08', []],
    ['heavy tail', 'pareto:10ms,3', []],
    ['constant, in an open loop,', '10ms', overloaded],
    ['heavy tail, in an open loop,', 'pareto:10ms,3', overloaded],
  ])(
    'L-2 ground truth: %s latencies are measured as the server knows them',
    async (_, latency, loop) => {
      const excesses: number[] = []
      while (excesses.length < L2_RUNS && !excesses.includes(0)) excesses.push(await l2Excess(latency, loop))
      expect(excesses, 'milliseconds beyond what is allowed, run by run').toContain(0)
    },
    120_000,
  )
})

describe('L-3', () => {
  test.each([
    ['closed', {}],
    ['open', { ratePerSecond: 2_000 }],
  ])(
    'L-3 counts, %s loop: requests sent = requests the server counted, each outcome in one class',
    async (_, loop) => {
      const faults = ['reset', 'truncate', 'garbage'].map(kind => ({ rate: 0.03, fault: { kind } }))
      const behaviour = { latency: 1, errorRate: 0.1, faults } as Behaviour
      const { measurement, stats } = await loadOnMock(behaviour, {
        ...loop,
        connections: 10,
        requests: 1_000,
      })
      const { result, outcomes } = measurement
      expect(result.requests.total).toBe(1_000)
      expect(stats.requests).toBe(1_000)
      const classes = Object.values(outcomes).reduce((sum, { count }) => sum + count, 0)
      expect(classes).toBe(1_000)
      const answered = Object.values(result.statusCodes).reduce((sum, count) => sum + count, 0)
      expect(answered + failuresOf(measurement)).toBe(1_000)
      expect(result.statusCodes['500']).toBe(stats.routes['/']?.['500'])
      expect(result.statusCodes['500']).toBe(outcomes['HTTP_500']?.count)
      expect(Object.keys(result.errors).length).toBeGreaterThanOrEqual(2)
    },
  )

  testWith('nginx')(
    'L-3 counts: ours and those of nginx are equal, with one thread and with two',
    async () => {
      // Its connections end in mid-run, over and over.
      await using nginx = await startNginx({ keepaliveRequests: 1_000 })
      let sum = 0
      for (const workers of ['1', '2']) {
        const { result } = await loadCommand(nginx.url, '--duration', '500ms', '--workers', workers)
        expect(result.errors).toEqual({})
        sum += result.requests.total
      }
      expect(await nginx.requests()).toBe(sum)
    },
  )
})

describe('L-4', () => {
  test('L-4 the generator is the bottleneck: its late sends are counted, and the verdict says so', async () => {
    const blocker = setInterval(() => {
      for (const until = performance.now() + 20; performance.now() < until; );
    }, 40)
    try {
      const { measurement } = await loadOnMock({ latency: 0 }, { ratePerSecond: 200, durationMs: 1_000 })
      const { generator, verdict, requests } = measurement.result
      expect(requests.total).toBe(200)
      expect(generator.lateSends).toBeGreaterThan(20)
      expect(generator.loopDelayP99Ms).toBeGreaterThan(5)
      expect(verdict.status).toBe('generator-bound')
      expect(measurement.result.responseTimeMs?.p90).toBeGreaterThan(5)
    } finally {
      clearInterval(blocker)
    }
  })

  test('L-4 in an open loop the exit code shows it', async () => {
    await using mock = await spawnMock('http', ['--latency', '0ms'])
    const url = `${mock.urls.http}/`
    const flags = ['--rate', '5000000', '--requests', '1000000', '--timeout', '300ms']
    const { code, result } = await loadCommand(url, ...flags)
    expect(result.verdict.status).toBe('generator-bound')
    expect(result.requests.total).toBe(1_000_000)
    expect(code).toBe(4)
  })
})

test('L-5 descriptors run out: one named error with the advice, not a wall of them', async () => {
  await using mock = await spawnMock('http', ['--latency', '1ms'])
  const command = `ulimit -n 200; exec "$0" "$@"`
  const flags = ['--connections', '400', '--duration', '600ms', '--json']
  const { code, stdout } = await run('bash', [
    '-c',
    command,
    process.execPath,
    main,
    'load',
    `${mock.urls.http}/`,
    ...flags,
  ])
  const { verdict, errors, statusCodes } = (JSON.parse(stdout) as LoadMeasurementFile).result
  expect(code).toBe(4)
  expect(verdict.status).toBe('port-bound')
  expect(verdict.reasons[0]).toMatch(/EMFILE.*ulimit -n/)
  // Each connection that could not be made is told once, and those that could go on.
  expect(errors.EMFILE).toBeLessThanOrEqual(400)
  expect(Object.keys(errors)).toEqual(['EMFILE'])
  expect(statusCodes['200']).toBeGreaterThan(0)
})

test('L-6 timeouts and errors are in the histogram of their class and never make the tail look better', async () => {
  const faults = [
    { rate: 0.04, fault: { kind: 'hang' } },
    { rate: 0.04, fault: { kind: 'status', status: 503 } },
  ] as NonNullable<Behaviour['faults']>
  using stalls = new Stalls()
  const { measurement, stats } = await loadOnMock(
    { latency: 2, faults },
    { connections: 10, requests: 500, timeoutMs: 250, slos: ['p99<100ms', 'errors<1%', 'p50<100ms'] },
  )
  const { result, outcomes, slos } = measurement
  const seen = stats.routes['/'] ?? {}
  const timeouts = Histogram.fromJSON(outcomes['TIMEOUT']?.serviceTimeMs)
  expect(timeouts.count).toBe(result.errors.TIMEOUT)
  expect(timeouts.min).toBeGreaterThanOrEqual(250)
  // The server counts what it never answered under 0. What it answered in time may still be noticed too late.
  expect(seen['0']).toBeGreaterThan(5)
  expect(timeouts.count).toBeGreaterThanOrEqual(seen['0'] ?? NaN)
  expect(result.serviceTimeMs.max).toBeLessThan(250 + stalls.worstMs)
  const ok = outcomes['OK']?.count ?? 0
  expect(ok).toBe(result.statusCodes['200'])
  expect(ok).toBeLessThanOrEqual(seen['200'] ?? 0)
  expect(outcomes['HTTP_503']?.count).toBe(result.statusCodes['503'])
  expect(result.statusCodes['503']).toBeLessThanOrEqual(seen['503'] ?? 0)
  const classes = Object.values(outcomes).reduce((sum, { count }) => sum + count, 0)
  expect(classes).toBe(500)
  expect(ok + (outcomes['HTTP_503']?.count ?? 0) + failuresOf(measurement)).toBe(500)
  // Over nine in ten came back in a few milliseconds; the p99 of all is one that never did.
  expect(slos.map(({ met }) => met)).toEqual([false, false, true])
  expect(slos[0]?.actual).toBe(Infinity)
})
