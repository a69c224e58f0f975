import { Histogram } from 'async-patterns/observability'
import { describe, expect, test } from 'vitest'
import { acceptedStatuses } from '../../../src/lab/accepted-statuses.js'
import { OK, Tally } from '../../../src/lab/load/tally.js'
import type { IntervalReport } from '../../../src/lab/load/tally.js'

function tallyFrom(from: number, isOpenLoop = false) {
  const intervals: IntervalReport[] = []
  const tally = new Tally(isOpenLoop, acceptedStatuses('x', '100-399'), report => intervals.push(report))
  tally.begin(from)
  return { tally, intervals }
}

describe('a tally', () => {
  test('every outcome is in exactly one class, each with times of its own', () => {
    const { tally } = tallyFrom(0)
    tally.response(200, 10, 0, 0, 5)
    tally.response(304, 0, 0, 0, 5)
    tally.response(503, 7, 0, 0, 1)
    tally.failure('TIMEOUT', 0, 0, 1_000)
    tally.failure('NO_CONNECTION', NaN, 0, 2_000)
    const { statusCodes, bytes, outcomes } = tally.report()
    expect(statusCodes).toEqual({ 200: 1, 304: 1, 503: 1 })
    expect(bytes).toBe(17)
    const counts = Object.fromEntries(Object.entries(outcomes).map(([name, { count }]) => [name, count]))
    expect(counts).toEqual({ [OK]: 2, HTTP_503: 1, TIMEOUT: 1, NO_CONNECTION: 1 })
    expect(Histogram.fromJSON(outcomes[OK]?.serviceTimeMs).max).toBe(5)
    expect(Histogram.fromJSON(outcomes['TIMEOUT']?.serviceTimeMs).max).toBe(1_000)
    expect(Histogram.fromJSON(outcomes['NO_CONNECTION']?.serviceTimeMs).count).toBe(0)
  })

  test('both clocks in an open loop, one in a closed loop', () => {
    const open = tallyFrom(0, true)
    open.tally.response(200, 0, 90, 10, 100)
    const { serviceTimeMs, responseTimeMs } = open.tally.report().outcomes[OK] ?? {}
    expect(Histogram.fromJSON(serviceTimeMs).max).toBe(10)
    expect(Histogram.fromJSON(responseTimeMs).max).toBe(90)
    expect(tallyFrom(0).tally.report().outcomes[OK]?.responseTimeMs).toBeNull()
  })

  test('what was due in the warm-up counts nowhere, even when it ends after it', () => {
    const { tally, intervals } = tallyFrom(100)
    tally.response(200, 10, 99, 99, 150)
    tally.failure('TIMEOUT', 50, 50, 200)
    tally.response(200, 10, 100, 100, 160)
    const report = tally.report()
    expect(report.statusCodes).toEqual({ 200: 1 })
    expect(report.outcomes).not.toHaveProperty('TIMEOUT')
    expect(report.lastEndedMs).toBe(60)
    expect(intervals.map(({ requests, errors }) => [requests, errors])).toEqual([[1, 0]])
  })

  test('each second is reported once, empty ones too, and the rest at the end', () => {
    const { tally, intervals } = tallyFrom(1_000)
    tally.response(200, 0, 1_000, 1_000, 1_010)
    tally.failure('ECONNRESET', 1_000, 1_000, 1_999)
    tally.response(200, 0, 2_000, 2_000, 4_500)
    tally.report()
    const seen = intervals.map(({ index, isWhole, requests, errors }) => [index, isWhole, requests, errors])
    expect(seen).toEqual([
      [0, true, 2, 1],
      [1, true, 0, 0],
      [2, true, 0, 0],
      [3, false, 1, 0],
    ])
  })

  test('a clock that goes on without requests ends seconds', () => {
    const { tally, intervals } = tallyFrom(0)
    tally.advance(2_500)
    expect(intervals).toHaveLength(2)
  })
})
