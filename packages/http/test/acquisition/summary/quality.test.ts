import { describe, expect, test } from 'vitest'
import type { Quality } from '../../../src/acquisition/summary/quality.js'
import { missingOf, shortfallsOf } from '../../../src/acquisition/summary/shortfalls.js'
import type { StreamCounts } from '../../../src/acquisition/summary/run-data.js'
import { statusOfStream } from '../../../src/acquisition/summary/status.js'

function streamOf(counts: Partial<StreamCounts>): StreamCounts {
  return {
    name: 's',
    endpoint: 'e',
    limitPerSecond: 5,
    ended: null,
    donePages: 1,
    failedPages: 0,
    openPages: 0,
    takenRecords: 0,
    rejections: 0,
    rejectedRecords: 0,
    distinctRejects: 0,
    warnings: 0,
    redactions: 0,
    filtered: 0,
    unknownRejects: 0,
    deleted: 0,
    markDeleted: 0,
    whole: 1,
    parents: [],
    reportedTotal: null,
    strayed: 0,
    cutShort: 0,
    uniqueIds: 0,
    requests: 1,
    retries: 0,
    quality: {},
    ...counts,
  }
}

describe('N-9 the quality of results', () => {
  const codes = (quality: Quality, counts: Partial<StreamCounts>): string[] =>
    shortfallsOf(streamOf({ ...counts, quality })).map(({ code }) => code)

  test.each<[Quality, Partial<StreamCounts>, string[]]>([
    [{}, { uniqueIds: 0 }, []],
    [{}, { uniqueIds: 1, rejectedRecords: 99, reportedTotal: 1_000 }, []],
    [{}, { rejectedRecords: 3 }, ['ALL_REJECTED']],
    [{ maxRejected: '5%' }, { uniqueIds: 95, rejectedRecords: 5 }, []],
    [{ maxRejected: '5%' }, { uniqueIds: 94, rejectedRecords: 6 }, ['TOO_MANY_REJECTED']],
    [{ maxRejected: 2 }, { uniqueIds: 9, rejectedRecords: 2 }, []],
    [{ maxRejected: 2 }, { uniqueIds: 9, rejectedRecords: 3 }, ['TOO_MANY_REJECTED']],
    [{ maxMissing: 0 }, { uniqueIds: 9, rejectedRecords: 1, distinctRejects: 1, reportedTotal: 10 }, []],
    [{ maxMissing: 0 }, { uniqueIds: 9, reportedTotal: 10 }, ['TOO_MANY_MISSING']],
    [{ maxMissing: '10%' }, { uniqueIds: 9, reportedTotal: 10 }, []],
    [{ maxMissing: 0 }, { uniqueIds: 9 }, ['TOTAL_UNKNOWN']],
    [{ minRecords: 1 }, { uniqueIds: 1 }, []],
    [{ minRecords: 1 }, {}, ['TOO_FEW_RECORDS']],
  ])('%j of %j falls short in %j', (quality, counts, expected) => {
    expect(codes(quality, counts)).toEqual(expected)
    const status = statusOfStream(streamOf({ ...counts, quality }), 'finished')
    expect(status).toBe(expected.length === 0 ? 'complete' : 'failed')
  })

  test('is not judged while pages are left', () => {
    const stream = streamOf({ openPages: 1, quality: { minRecords: 5 } })
    expect(statusOfStream(stream, 'timeout')).toBe('partial')
  })

  test('missing is what is neither taken nor rejected, and never below 0', () => {
    expect(missingOf(streamOf({ reportedTotal: 10, uniqueIds: 6, distinctRejects: 1 }))).toBe(3)
    expect(missingOf(streamOf({ reportedTotal: 1, uniqueIds: 6 }))).toBe(0)
    expect(missingOf(streamOf({ uniqueIds: 6 }))).toBeNull()
  })
})
