import { fileURLToPath } from 'node:url'
import { Histogram } from 'async-patterns/observability'
import { spawnMock } from '@async-patterns/http/mock'
import type { Behaviour, HttpMockStats } from '@async-patterns/http/mock'
import { describe, expect, test } from 'vitest'
import { startNginx } from '../../../../../bench/load/nginx.mjs'
import { runLoad } from '../../../src/lab/index.js'
import type { LoadMeasurement, LoadOptions, LoadResult } from '../../../src/lab/index.js'
import { run } from '../../support/run.js'
import { testWith } from '../../support/services.js'

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
  // Its times begin anew with a behaviour: a stall counts from here.
  await (await fetch(`${base}/__behaviour`, { method: 'PUT', body: JSON.stringify(behaviour) })).text()
  const measurement = await runLoad({ url: `${base}${path}`, ...options })
  const stats = (await (await fetch(`${base}/__stats`)).json()) as HttpMockStats
  return { measurement, stats }
}

function failuresOf({ result }: LoadMeasurement): number {
  return Object.values(result.errors).reduce((sum, count) => sum + count, 0)
}

async function loadCommand(...args: string[]): Promise<{ code: number; result: LoadResult }> {
  const { code, stdout } = await run(process.execPath, [main, 'load', ...args, '--json'])
  return { code, result: JSON.parse(stdout) as LoadResult }
}

describe('L-1', () => {
  test('L-1 coordinated omission: a stall of 1 s is in the response times of all that were due, and in few service times', async () => {
    const { measurement, stats } = await loadOnMock(
      { latency: 0, stalls: [{ fromMs: 1_500, untilMs: 2_500 }] },
      { ratePerSecond: 100, durationMs: 4_000, connections: 10 },
    )
    const { requests, responseTimeMs, serviceTimeMs } = measurement.result
    expect(requests.total).toBe(400)
    expect(stats.requests).toBe(400)
    // A quarter of the requests fall due in the stall, and wait for U(0, 1 s): p80 is 200 ms, p99 is 960 ms.
    expect(responseTimeMs?.p50).toBeLessThan(50)
    expect(responseTimeMs?.p90).toBeGreaterThan(450)
    expect(responseTimeMs?.p99).toBeGreaterThan(850)
    expect(responseTimeMs?.p99).toBeLessThan(1_150)
    // Only ten connections had a request under way: a fortieth.
    expect(serviceTimeMs.p95).toBeLessThan(200)
    expect(serviceTimeMs.max).toBeGreaterThan(800)
  })
})

const L2_PERCENTILES = ['p50', 'p95', 'p99'] as const
/** A busy machine only ever adds to a latency, and not to all runs; a generator that measures wrongly does in each. */
const L2_RUNS = 10

/** By how much a run exceeds what is allowed, 1 ms or 2 % of what the server itself has measured: 0 for a good one. */
async function l2Excess(latency: string): Promise<number> {
  await using mock = await spawnMock('http', ['--latency', latency])
  const base = mock.urls.http
  // Poisson arrivals: requests in step would wait for one another in the server, before it looks at them.
  const flags = ['--connections', '100', '--rate', '400', '--arrivals', 'poisson', '--requests', '1500']
  const { result } = await loadCommand(`${base}/`, ...flags)
  const stats = (await (await fetch(`${base}/__stats`)).json()) as HttpMockStats
  expect(stats.latencyMs.count).toBe(1_500)
  const excesses = L2_PERCENTILES.map(name => {
    const truth = stats.latencyMs[name] ?? NaN
    return Math.abs((result.serviceTimeMs[name] ?? NaN) - truth) - Math.max(1, truth * 0.02)
  })
  return Math.max(0, ...excesses)
}

describe('L-2', () => {
  test.each<[string, string]>([
    ['constant', '50ms'],
    ['bimodal', 'bimodal:50ms,200ms,0.08'],
    ['heavy tail', 'pareto:50ms,3'],
  ])(
    'L-2 ground truth: %s latencies are measured as the server knows them',
    async (_, latency) => {
      const excesses: number[] = []
      while (excesses.length < L2_RUNS && !excesses.includes(0)) excesses.push(await l2Excess(latency))
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
  const { verdict, errors, statusCodes } = JSON.parse(stdout) as LoadResult
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
  const { measurement } = await loadOnMock(
    { latency: 2, faults },
    { connections: 10, requests: 500, timeoutMs: 150, slos: ['p99<100ms', 'errors<1%', 'p50<100ms'] },
  )
  const { result, outcomes, slos } = measurement
  const timeouts = Histogram.fromJSON(outcomes['TIMEOUT']?.serviceTimeMs)
  expect(timeouts.count).toBe(result.errors.TIMEOUT)
  expect(timeouts.min).toBeGreaterThanOrEqual(150)
  expect(result.serviceTimeMs.max).toBeLessThan(150)
  const ok = outcomes['OK']?.count ?? 0
  expect(ok).toBe(result.statusCodes['200'])
  expect(outcomes['HTTP_503']?.count).toBe(result.statusCodes['503'])
  expect(ok + timeouts.count + (outcomes['HTTP_503']?.count ?? 0)).toBe(500)
  // 92 % came back in a few milliseconds; the p99 of all is one that never did.
  expect(slos.map(({ met }) => met)).toEqual([false, false, true])
  expect(slos[0]?.actual).toBe(Infinity)
})
