import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineComparison } from '../../src/lab/index.js'
import { startHttpMock } from '../../src/mock/index.js'
import type { HttpMock } from '../../src/mock/index.js'
import { readJsonl, readTable } from '../support/read-results.js'
import { run } from '../support/run.js'

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-'))
})
afterEach(() => rm(folder, { recursive: true }))

const bench = (...flags: string[]) => run(process.execPath, [command, 'bench', ...flags], { cwd: folder })

test('compares the engines, prints a table and leaves benchmark_output.json', async () => {
  const flags =
    '--request-count 180 --runs 3 --concurrency 10 --workers 3 --mock-latency-ms 1 --verbose'.split(' ')
  const { code, stdout, stderr } = await bench(...flags)
  expect(code, stderr).toBe(0)
  for (const engine of ['sync', 'threaded', 'async-naive', 'async-optimized']) {
    expect(stdout).toMatch(new RegExp(`^${engine} +\\d+ +180 +0 `, 'm'))
  }
  expect(stdout).toMatch(/pooling: 10 connections each, used again \d+\.\d\dx \[/)
  expect(stdout).toContain('requests/s, round by round:')
  expect(stdout).toContain('settings:\n  requestCount: 180\n')
  expect(stderr).toContain('warm-up: sync')
  const report = JSON.parse(await readFile(join(folder, 'benchmark_output.json'), 'utf8')) as EngineComparison
  expect(report).toMatchObject({ version: 1, benchmark: 'engines', pooling: { connections: 10 } })
  expect(report.comparison.map(({ low, value, high }) => low <= value && value <= high)).not.toContain(false)
}, 60_000)

test('streams for a while into both files, and counts the same everywhere', async () => {
  const flags =
    '--duration 500ms --concurrency 10 --workers 2 --monitor-loop --monitor-sample-interval 100'.split(' ')
  const files = ['--jsonl-out', 'r.jsonl', '--sqlite-out', 'r.db', '--output', 'report.json']
  const { stdout, stderr } = await bench(...flags, ...files)
  const records = readJsonl(join(folder, 'r.jsonl')).length
  expect(records, stderr).toBeGreaterThan(0)
  expect(readTable(join(folder, 'r.db'))).toHaveLength(records)
  expect(stdout).toContain(`r.jsonl (jsonl): ${records} records; pipeline: ${records} in,`)
  expect(stdout).toContain(`ok    the server counted as many: ${records} counted, ${records} sent`)
  expect(stdout).toMatch(/event loop, \d+ samples: delay/)
  expect(existsSync(join(folder, 'report.json'))).toBe(true)
  expect(existsSync(join(folder, 'benchmark_output.json'))).toBe(false)
}, 60_000)

test.each(['--output', '--jsonl-out', '--sqlite-out'])(
  'A-16 says before it measures that %s cannot be written',
  async flag => {
    const { code, stdout, stderr } = await bench('--request-count', '100000', '--verbose', flag, folder)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: .*bench-.*: it (is a folder|cannot be opened)/m)
    expect(stderr).not.toContain('warm-up')
  },
)

test.runIf(existsSync('/dev/full'))(
  'N-30 a disk that fills costs no measurement: the table is shown, and the file is named',
  async () => {
    const flags = '--request-count 150 --runs 1 --workers 1 --concurrency 5 --mock-latency-ms 1'.split(' ')
    const { code, stdout, stderr } = await bench(...flags, '--jsonl-out', '/dev/full', '--sqlite-out', 'r.db')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^async-optimized +\d+ +150 +0 /m)
    expect(stderr).toMatch(/^error: \/dev\/full: the disk is full \(ENOSPC\)$/m)
    expect(readTable(join(folder, 'r.db')).length).toBeGreaterThan(0)
    const report = JSON.parse(
      await readFile(join(folder, 'benchmark_output.json'), 'utf8'),
    ) as EngineComparison
    expect(report.files.map(({ error }) => error)).toEqual([expect.stringContaining('is full'), undefined])
  },
  60_000,
)

test('N-28 no credential of the URL is shown or stored, and what is stored is for its owner only', async () => {
  await using mock = await startHttpMock()
  const flags = '--request-count 30 --runs 1 --workers 1 --concurrency 2 --verbose'.split(' ')
  const files = ['--jsonl-out', 'r.jsonl', '--sqlite-out', 'r.db', '--output', 'report.json']
  const { code, stdout, stderr } = await bench(
    '--url',
    `${mock.url}/get?api_key=s3cret-key`,
    ...flags,
    ...files,
  )
  expect(code, stderr).toBe(0)
  expect(stdout).toContain(`${mock.url}/get?api_key=[redacted]`)
  const left = await Promise.all((await readdir(folder)).map(name => readFile(join(folder, name), 'latin1')))
  expect([stdout, stderr, ...left].join('')).not.toContain('s3cret')
  for (const name of await readdir(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  for (const url of ['http://me:s3cret@127.0.0.1/', 'htp://h/?k=s3cret'])
    expect((await bench('--url', url)).stderr).toMatch(/^error: (?:--)?url (?!.*s3cret)/)
}, 60_000)

test('takes a fault of its own for none of the user: exit code 1, and the stack when it is asked for', async () => {
  // Only there: on a busy machine the run lasts long enough for a line of progress, which tells the memory too.
  const broken = `process.memoryUsage.rss = () => {
    if (new Error().stack.includes('settled-memory')) throw new TypeError('rss is not a function')
    return 1
  }`
  const breaking = `data:text/javascript,${encodeURIComponent(broken)}`
  const args = ['--import', breaking, command, 'bench', '--duration', '600ms', '--workers', '0']
  const plain = await run(process.execPath, args, { cwd: folder })
  expect([plain.code, plain.stdout]).toEqual([1, ''])
  expect(plain.stderr).toMatch(/^error: .*rss is not a function\nThis is a fault of the command itself/m)
  const env = { ...process.env, DEBUG: '1' }
  expect((await run(process.execPath, args, { cwd: folder, env })).stderr).toMatch(/\n {4}at .*memory-watch/)
}, 60_000)

/** https://fetch.spec.whatwg.org/#port-blocking */
const REFUSED_BY_FETCH = [6666, 6667, 6668, 6669, 10_080]

async function firstFree([port = 0, ...others]: readonly number[]): Promise<number> {
  try {
    await (await startHttpMock({ port })).close()
    return port
  } catch {
    return firstFree(others)
  }
}

test('uses the port that it is told, even one that fetch refuses, and says when it is taken', async () => {
  await using blocker = await startHttpMock()
  const taken = await bench('--run-retry', '--mock-port', new URL(blocker.url).port)
  expect([taken.code, taken.stdout]).toEqual([1, ''])
  expect(taken.stderr).toContain('is in use')
  const { code, stderr } = await bench('--run-retry', '--mock-port', `${await firstFree(REFUSED_BY_FETCH)}`)
  expect(code, stderr).toBe(0)
}, 60_000)

test('N-43 and N-44 no line is wider than a terminal; new connections have their time beside the latency', async () => {
  await using mock: HttpMock = await startHttpMock({ behaviour: { latency: 1 } })
  const long = `${mock.url}/?q=${'x'.repeat(300)}`
  const file = join(folder, `${'long-name-'.repeat(20)}.jsonl`)
  const small = ['--concurrency', '4', '--workers', '2', '--jsonl-out', file]
  const runs = [
    ['--url', long.replace('http://', ''), '--request-count', '60', '--runs', '3', '--verbose', ...small],
    ['--url', long, '-d', '0.4', '--monitor-loop', '--monitor-sample-interval', '100', ...small],
    ['--run-resilience', '--run-retry', '--request-count', '12'],
  ]
  for (const flags of runs) {
    const { stdout } = await bench(...flags)
    const [text = ''] = stdout.split('\nsettings:\n')
    expect(text.split('\n').filter(line => line.length > 80)).toEqual([])
  }
  const report = JSON.parse(await readFile(join(folder, 'benchmark_output.json'), 'utf8')) as EngineComparison
  const { 'async-naive': naive, 'async-optimized': optimized } = report.engines
  expect(naive?.connectionsMade).toBe(60)
  expect(naive?.p50ConnectMs).toBeGreaterThan(0)
  expect(optimized?.connectionsMade).toBeLessThanOrEqual(4)
}, 120_000)

test('N-37 and N-41 a server that only fails: no rate, exit code 1, and no number that JSON does not know', async () => {
  const flags = ['--mock-error-rate', '1', '--request-count', '20', '--runs', '1', '--concurrency', '2']
  const { code } = await bench(...flags, '--workers', '1')
  expect(code).toBe(1)
  const report = JSON.parse(await readFile(join(folder, 'benchmark_output.json'), 'utf8')) as EngineComparison
  expect(Object.values(report.engines).map(({ rps, errorCount }) => [rps, errorCount])).toEqual(
    Array.from({ length: 4 }, () => [0, 20]),
  )
  expect(report.comparison).toEqual([])
}, 60_000)

test('fails on purpose, and says by which criteria it passed', async () => {
  const { code, stdout } = await bench('--run-resilience', '--run-retry')
  expect(code, stdout).toBe(0)
  expect(stdout).toMatch(/closed > open \(failure-count\)/)
  expect(stdout).toMatch(/half-open > closed \(probes-succeeded\)/)
  expect(stdout.trimEnd().endsWith('\npassed')).toBe(true)
}, 60_000)

test('runs the retry scenario alone', async () => {
  const { code, stdout } = await bench('--run-retry')
  expect(code, stdout).toBe(0)
  expect(stdout).not.toContain('circuit breaker')
}, 60_000)

test('exits with 1 when nothing could be fetched', async () => {
  await using mock: HttpMock = await startHttpMock({ behaviour: { latency: 0 } })
  const { code, stdout } = await bench('--url', `${mock.url}/reset`, '--request-count', '10', '--runs', '1')
  expect(code).toBe(1)
  expect(stdout).toMatch(/sync: \w+ 10x/)
}, 60_000)

test.each([
  [['--runs', 'x'], '--runs is "x"; allowed is a number'],
  [['--pooling', 'some'], '--pooling is "some"; allowed is one of "naive", "optimized", "both"'],
  [['--mock-port', '99999'], '--mock-port is 99999; allowed'],
  [['--duration-sec', '0'], '--duration-sec is 0; allowed'],
  [['--run-retry', '--runs', '2'], '--runs means nothing for a resilience run'],
  [['--duration', 'soon'], '--duration'],
  [['--jsonl-out', ''], '--jsonl-out is empty'],
  [['--url', 'ftp://127.0.0.1/'], '--url is "ftp://127.0.0.1/"; allowed is an http or https URL'],
  [
    ['--url', 'http://ann:hidden@127.0.0.1/'],
    '--url has credentials for "127.0.0.1"; allowed is a URL without',
  ],
  [['--jsonl-out', 'r', '--sqlite-out', './r'], '--jsonl-out and --sqlite-out name the same file'],
  [['--jsonl-out', 'benchmark_output.json'], '--jsonl-out and --output name the same file'],
  [['--url', '127.0.0.1:1', '--mock-latency-ms', '5'], '--mock-latency-ms means nothing beside --url'],
  [['--url', '127.0.0.1:1', '--mock-port', '5', '-d', '1'], '--mock-port means nothing beside --url'],
  [['--url', 'https://127.0.0.1:1', '--transport', 'wire'], '--transport is "wire", which speaks no TLS'],
  [['-d', '0'], '--duration is 0; allowed'],
  [['-c', '0'], '--concurrency is 0; allowed'],
  [['--nonsense'], "unknown option '--nonsense'"],
])('N-42 exits with 2 for %j', async (flags, message) => {
  const { code, stderr } = await bench(...flags)
  expect(stderr).toContain(message)
  expect(stderr).not.toContain('hidden')
  expect(code).toBe(2)
})

test('Ctrl-C ends it: what was measured is reported, files are whole, exit code 130', async () => {
  const args = [command, 'bench', '--duration', '60s', '--concurrency', '5', '--jsonl-out', 'r.jsonl']
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  // The first line of progress: it is under way.
  await once(child.stderr, 'data')
  // As a terminal does it: to the whole group of processes.
  process.kill(-(child.pid as number), 'SIGINT')
  const [code] = (await once(child, 'close')) as [number]
  expect(code).toBe(130)
  expect(stdout).toContain('interrupted')
  expect(stdout).toContain(`r.jsonl (jsonl): ${readJsonl(join(folder, 'r.jsonl')).length} records`)
}, 60_000)
