import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runEngineComparison } from '../../src/lab/index.js'
import { readJsonl } from '../support/read-results.js'

test('compares the four engines on equal terms, and accounts for every request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'comparison-'))
  const jsonlOut = join(folder, 'results.jsonl')
  try {
    const options = { requestCount: 300, runs: 3, concurrency: 20, workers: 4, mockLatencyMs: 2, jsonlOut }
    const { engines, comparison, pooling, environment, config, files } = await runEngineComparison(options)
    expect(Object.keys(engines)).toEqual(['sync', 'threaded', 'async-naive', 'async-optimized'])
    for (const measured of Object.values(engines)) {
      expect(measured).toMatchObject({
        requestCount: 300,
        successCount: 300,
        errorCount: 0,
        errorBreakdown: {},
      })
      expect(measured.runRps).toHaveLength(3)
      expect(measured.serverLatencyMs).toBeGreaterThanOrEqual(2)
      // More than the ceiling would mean that something was not measured that should have been.
      expect(measured.efficiency).toBeGreaterThan(0)
      expect(measured.efficiency).toBeLessThanOrEqual(1)
    }
    expect(comparison.map(({ engine, over, target }) => `${engine} ${over} ${target}`)).toContain(
      'threaded sync 2',
    )
    expect(pooling).toMatchObject({ connections: 20 })
    expect(environment).toMatchObject({ node: process.version, cores: cpus().length })
    expect(environment.gitRevision ?? 'no repository').toMatch(/^[0-9a-f]{40}$|^no repository$/)
    expect(config).toMatchObject({ requestCount: 300, runs: 3, concurrency: 20, mock: { latencyMs: 2 } })
    expect(files).toMatchObject([{ kind: 'jsonl', records: 1_200 }])
    const stored = readJsonl(jsonlOut)
    expect(stored.filter(({ engine }) => engine === 'threaded')).toHaveLength(300)
  } finally {
    await rm(folder, { recursive: true })
  }
}, 60_000)

test('leaves out what pooling does not ask for, and counts errors as errors', async () => {
  const options = {
    requestCount: 40,
    runs: 1,
    concurrency: 5,
    workers: 2,
    mockLatencyMs: 0,
    mockErrorRate: 1,
  }
  const { engines, pooling, comparison } = await runEngineComparison({ ...options, pooling: 'optimized' })
  expect(Object.keys(engines)).toEqual(['sync', 'threaded', 'async-optimized'])
  expect(pooling).toBeNull()
  expect(comparison.every(({ over }) => over !== 'async-naive')).toBe(true)
  for (const measured of Object.values(engines)) {
    expect(measured).toMatchObject({ successCount: 0, errorCount: 40, errorBreakdown: { HTTP_500: 40 } })
  }
}, 60_000)

test.each([
  [{ requestCount: 0 }, 'requestCount is 0'],
  [{ runs: 1.5 }, 'runs is 1.5'],
  [{ requestCount: 10, runs: 11 }, 'runs is 11; allowed is an integer of at least 1 and at most 10'],
  [{ mockErrorRate: 2 }, 'mockErrorRate is 2'],
  [{ url: 'ftp://x' }, 'url is "ftp://x"; allowed is an http or https URL'],
  [{ pooling: 'all' as 'both' }, 'pooling is "all"'],
])('refuses %j before anything is started', async (options, message) => {
  await expect(runEngineComparison(options)).rejects.toThrow(message)
})

test('ends with the reason when it is aborted', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(runEngineComparison({ requestCount: 10, signal })).rejects.toThrow('enough')
})
