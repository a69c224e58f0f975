import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { EngineComparison } from '../../src/lab/index.js'
import { type HttpMock, startHttpMock } from '../../src/mock/index.js'
import { readJsonl, readTable } from '../support/read-results.js'
import { run } from '../support/run.js'

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-'))
})
afterEach(() => rm(folder, { recursive: true }))

const bench = (...flags: string[]) => run(process.execPath, [command, 'bench', ...flags], { cwd: folder })

it('compares the engines, prints a table and leaves benchmark_output.json', async () => {
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

it('streams for a while into both files, and counts the same everywhere', async () => {
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

it('shows what it measured when the report cannot be written', async () => {
  const { code, stdout, stderr } = await bench('--run-retry', '--output', folder)
  expect([code, stderr]).toEqual([1, expect.stringContaining('EISDIR')])
  expect(stdout).toContain('every request has a result')
}, 60_000)

it('fails on purpose, and says by which criteria it passed', async () => {
  const { code, stdout } = await bench('--run-resilience', '--run-retry')
  expect(code, stdout).toBe(0)
  expect(stdout).toMatch(/closed > open \(failure-count\)/)
  expect(stdout).toMatch(/half-open > closed \(probes-succeeded\)/)
  expect(stdout.trimEnd().endsWith('\npassed')).toBe(true)
}, 60_000)

it('runs the retry scenario alone', async () => {
  const { code, stdout } = await bench('--run-retry')
  expect(code, stdout).toBe(0)
  expect(stdout).not.toContain('circuit breaker')
}, 60_000)

it('exits with 1 when nothing could be fetched', async () => {
  await using mock: HttpMock = await startHttpMock({ behaviour: { latency: 0 } })
  const { code, stdout } = await bench('--url', `${mock.url}/reset`, '--request-count', '10', '--runs', '1')
  expect(code).toBe(1)
  expect(stdout).toMatch(/sync: \w+ 10x/)
}, 60_000)

it.each([
  [['--runs', 'x'], '--runs is "x"; allowed is a number'],
  [['--pooling', 'some'], 'pooling is "some"; allowed is one of "naive", "optimized", "both"'],
  [['--run-retry', '--runs', '2'], '--runs means nothing for a resilience run'],
  [['--duration', 'soon'], '--duration'],
])('exits with 2 for %j', async (flags, message) => {
  const { code, stderr } = await bench(...flags)
  expect(stderr).toContain(message)
  expect(code).toBe(2)
})

it('Ctrl-C ends it: what was measured is reported, files are whole, exit code 130', async () => {
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
