import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EngineResult } from '../../src/engines/index.js'
import type { RequestResult } from '../../src/engines/index.js'

const result = (statusCode: number, latencyMs: number, code?: string): RequestResult => ({
  url: 'http://x/',
  statusCode,
  latencyMs,
  timestamp: 0,
  attempt: 1,
  error: code === undefined ? null : { code, message: '' },
  bytes: 0,
})

test('percentiles are exact, by nearest rank', () => {
  const run = new EngineResult(
    Array.from({ length: 100 }, (_, i) => result(200, 100 - i)),
    1_000,
    1,
  )
  expect([run.p50LatencyMs, run.p95LatencyMs, run.p99LatencyMs, run.percentile(100)]).toEqual([
    50, 95, 99, 100,
  ])
  expect(run.rps).toBe(100)
})

test('requests without a response make no percentile look better', () => {
  const run = new EngineResult(
    [result(200, 10), result(0, 0.1, 'ECONNREFUSED'), result(0, 0.1, 'ECONNREFUSED')],
    1,
    1,
  )
  expect(run.p50LatencyMs).toBe(10)
  expect(run.errorBreakdown).toEqual({ ECONNREFUSED: 2 })
})

test('an empty run has zeroes, not NaN', () => {
  expect(new EngineResult([], 0, 1).toJSON()).toMatchObject({
    requestCount: 0,
    rps: 0,
    p50LatencyMs: 0,
    p99LatencyMs: 0,
  })
})

test('every result is in exactly one class', () => {
  const statuses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 100, max: 599 })))
  fc.assert(
    fc.property(statuses, all => {
      const run = new EngineResult(
        all.map(status => result(status, 1)),
        1,
        1,
      )
      expect(run.successCount + run.errorCount + run.otherCount).toBe(all.length)
    }),
  )
})

test('toJSON leaves the single results out and can be written', () => {
  const json = JSON.parse(JSON.stringify(new EngineResult([result(200, 5)], 10, 3))) as object
  expect(json).toEqual({
    requestCount: 1,
    totalTimeMs: 10,
    rps: 100,
    successCount: 1,
    errorCount: 0,
    otherCount: 0,
    p50LatencyMs: 5,
    p95LatencyMs: 5,
    p99LatencyMs: 5,
    peakMemoryMb: 3,
    errorBreakdown: {},
  })
})
