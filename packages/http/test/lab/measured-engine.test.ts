import { Histogram } from 'async-patterns/observability'
import { expect, test } from 'vitest'
import { EngineResult } from '../../src/engines/index.js'
import type { RequestResult } from '../../src/engines/index.js'
import { MeasuredEngine } from '../../src/lab/measured-engine.js'
import { resultOf } from '../contracts/record-writer-contract.js'

function resultWith(statusCode: number, latencyMs: number): RequestResult {
  const error = statusCode >= 400 || statusCode === 0 ? { code: `E${statusCode}`, message: '' } : null
  return resultOf(0, { statusCode, latencyMs, error })
}

test('N-37 adds up runs: rates of what was answered without an error; counts, classes, rates, the largest memory', () => {
  const measured = new MeasuredEngine(10)
  measured.addRun(new EngineResult([resultWith(200, 1), resultWith(503, 2)], 100, 50))
  measured.addRun(new EngineResult([resultWith(301, 3), resultWith(0, 9_999)], 300, 40))
  const measurement = measured.measurement()
  expect(measurement).toMatchObject({
    lanes: 10,
    requestCount: 4,
    totalTimeMs: 400,
    rps: 5,
    runRps: [10, 1_000 / 300],
    successCount: 1,
    errorCount: 2,
    otherCount: 1,
    errorBreakdown: { E503: 1, E0: 1 },
    peakMemoryMb: 50,
  })
})

test('takes its percentiles from requests that got a response, as EngineResult does', () => {
  const results = Array.from({ length: 1_000 }, (_, index) =>
    resultWith(index % 10 === 0 ? 0 : 200, index + 1),
  )
  const exact = new EngineResult(results, 1_000, 0)
  const measured = new MeasuredEngine(1)
  measured.addRun(exact)
  const { p50LatencyMs, p95LatencyMs, p99LatencyMs, latencies } = measured.measurement()
  const within = (found: number | null, truth: number) =>
    expect(Math.abs((found ?? 0) / truth - 1)).toBeLessThan(0.005)
  within(p50LatencyMs, exact.p50LatencyMs)
  within(p95LatencyMs, exact.p95LatencyMs)
  within(p99LatencyMs, exact.p99LatencyMs)
  expect(Histogram.fromJSON(latencies).count).toBe(900)
})

test("holds the rate against Little's law: lanes / the server's own mean latency", () => {
  const measured = new MeasuredEngine(10)
  measured.addRun(
    new EngineResult(
      Array.from({ length: 100 }, () => resultWith(200, 6)),
      100,
      0,
    ),
  )
  measured.addServerLatency({ count: 75, mean: 4 })
  measured.addServerLatency({ count: 25, mean: 8 })
  measured.addServerLatency({ count: 0, mean: null })
  const { serverLatencyMs, ceilingRps, efficiency } = measured.measurement()
  expect(serverLatencyMs).toBe(5)
  expect(ceilingRps).toBe(2_000)
  expect(efficiency).toBe(0.5)
})

test('claims neither ceiling nor percentiles without what they follow from', () => {
  const nothing = new MeasuredEngine(1).measurement()
  expect(nothing).toMatchObject({ rps: 0, p50LatencyMs: null, ceilingRps: null, efficiency: null })
})
