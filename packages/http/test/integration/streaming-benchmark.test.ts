import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runStreamingBenchmark } from '../../src/lab/index.js'
import type { StreamingProgress, StreamingReport } from '../../src/lab/index.js'
import { httpServer } from '../contracts/servers.js'
import { readJsonl, readTable } from '../support/read-results.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streaming-'))
})
afterEach(() => rm(folder, { recursive: true }))

const SMALL = { concurrency: 10, workers: 2, mockLatencyMs: 1, threadedDurationMs: 100 }

/** Of so short a run the memory says nothing: the compiler is still at work. */
function unmet({ checks }: StreamingReport): string[] {
  return checks
    .filter(({ met, criterion }) => !met && !criterion.startsWith('memory'))
    .map(({ criterion }) => criterion)
}

test('writes every result of both engines to both files: lines = rows = requests = the count of the server', async () => {
  const [jsonlOut, sqliteOut] = [join(folder, 'results.jsonl'), join(folder, 'results.db')]
  const report = await runStreamingBenchmark({
    ...SMALL,
    durationMs: 600,
    jsonlOut,
    sqliteOut,
    monitorSampleIntervalMs: 100,
  })
  expect(unmet(report)).toEqual([])
  const { engines, serverRequests, eventLoop, memory, interrupted } = report
  const [lines, rows] = [readJsonl(jsonlOut), readTable(sqliteOut)]
  const [async, threaded] = [engines['async-optimized'], engines.threaded]
  const requests = (async?.requestCount ?? 0) + (threaded?.requestCount ?? 0)
  expect([lines.length, rows.length, serverRequests]).toEqual([requests, requests, requests])
  expect(lines.filter(({ engine }) => engine === 'threaded')).toHaveLength(threaded?.requestCount ?? -1)
  expect(lines.map(({ timestamp }) => timestamp)).toEqual(rows.map(({ timestamp }) => timestamp))
  expect(memory).toMatchObject({ earlyMb: expect.any(Number), lateMb: expect.any(Number) })
  expect(eventLoop?.samples).toBeGreaterThanOrEqual(3)
  expect(interrupted).toBe(false)
}, 60_000)

test('N-47 tells of the threaded engine too how fast it is, each second anew', async () => {
  const told: StreamingProgress[] = []
  await runStreamingBenchmark({
    ...SMALL,
    durationMs: 100,
    threadedDurationMs: 2_600,
    monitorLoop: false,
    onProgress: progress => told.push(progress),
  })
  const threaded = told.filter(({ engine }) => engine === 'threaded')
  expect(threaded.length).toBeGreaterThanOrEqual(2)
  expect(threaded.map(({ rps }) => rps > 0)).not.toContain(false)
  expect(threaded[1]?.requestCount).toBeGreaterThan(threaded[0]?.requestCount ?? Infinity)
}, 60_000)

test('ends early when it is told, with whole files and a report of what was done', async () => {
  const jsonlOut = join(folder, 'results.jsonl')
  const abort = new AbortController()
  const run = runStreamingBenchmark({
    ...SMALL,
    durationMs: 60_000,
    jsonlOut,
    signal: abort.signal,
    monitorLoop: false,
    onProgress: () => abort.abort(),
  })
  const report = await run
  expect(report).toMatchObject({ interrupted: true, memory: null, eventLoop: null })
  expect(unmet(report)).toEqual([])
  expect(readJsonl(jsonlOut)).toHaveLength(report.engines['async-optimized']?.requestCount ?? -1)
  expect(report.engines.threaded).toBeUndefined()
}, 60_000)

/** Answers until it is told to answer no more; tells how many requests it then holds. */
async function sluggish() {
  const held: unknown[] = []
  const state = { hangs: false }
  const server = await httpServer((_, response) => {
    if (state.hangs) held.push(response)
    else response.end()
  })
  return { server, state, held, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test.each([
  // The warm-up, the async engine, and the threaded one after it.
  { stage: 'the warm-up', hangsIn: undefined, engines: [] },
  { stage: 'the async engine', hangsIn: 'async-optimized', engines: ['async-optimized'] },
  { stage: 'the threaded engine', hangsIn: 'threaded', engines: ['async-optimized', 'threaded'] },
])(
  'ends within two seconds in $stage of a server that hangs, and keeps what was taken',
  async ({ hangsIn, engines }) => {
    await using slow = await sluggish()
    const { server, state, held } = slow
    state.hangs = hangsIn === undefined
    const jsonlOut = join(folder, 'results.jsonl')
    const abort = new AbortController()
    const run = runStreamingBenchmark({
      ...SMALL,
      url: server.url,
      durationMs: hangsIn === 'threaded' ? 1_200 : 60_000,
      threadedDurationMs: 60_000,
      jsonlOut,
      monitorLoop: false,
      signal: abort.signal,
      onProgress: ({ engine, requestCount }) => {
        if (engine === hangsIn && requestCount > 0) state.hangs = true
      },
    })
    await expect.poll(() => held.length, { timeout: 20_000 }).toBeGreaterThan(0)
    const startedAt = performance.now()
    abort.abort()
    const report = await run
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    expect(report.interrupted).toBe(true)
    expect(Object.keys(report.engines)).toEqual(engines)
    expect(unmet(report)).toEqual(engines.length === 0 ? ['there were successes'] : [])
    const counts = Object.values(report.engines).map(({ requestCount }) => requestCount)
    expect(readJsonl(jsonlOut)).toHaveLength(counts.reduce((sum, count) => sum + count, 0))
  },
  60_000,
)

test.runIf(existsSync('/dev/full'))(
  'N-30 results that cannot be stored cost no measurement, and their file is named',
  async () => {
    const report = await runStreamingBenchmark({ ...SMALL, durationMs: 500, jsonlOut: '/dev/full' })
    expect(report.engines['async-optimized']?.requestCount).toBeGreaterThan(0)
    expect(report.files.map(({ error }) => error)).toEqual([expect.stringContaining('the disk is full')])
  },
  60_000,
)

test('counts failures, and does not pass when nothing succeeded', async () => {
  const report = await runStreamingBenchmark({ ...SMALL, durationMs: 200, workers: 0, mockErrorRate: 1 })
  expect(unmet(report)).toEqual(['there were successes'])
  const { requestCount, errorBreakdown } = report.engines['async-optimized'] ?? {}
  expect(errorBreakdown).toEqual({ HTTP_500: requestCount })
}, 60_000)

test.each([
  [{ durationMs: 0 }, 'durationMs is 0'],
  [{ concurrency: 0 }, 'concurrency is 0'],
  [{ workers: -1 }, 'workers is -1'],
  [{ monitorSampleIntervalMs: 0 }, 'monitorSampleIntervalMs is 0'],
  [{ pooling: 'both' as 'naive' }, 'pooling is "both"'],
])('refuses %j before anything is started', async (options, message) => {
  await expect(runStreamingBenchmark(options)).rejects.toThrow(message)
})
