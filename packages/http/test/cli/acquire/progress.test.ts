import { PassThrough } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AcquireEvent, SourceSummary, Summary } from '../../../src/acquisition/index.js'
import { resultPaths } from '../../../src/acquisition/index.js'
import { LiveProgress } from '../../../src/cli/acquire/live-progress.js'
import { LogProgress, logLevel } from '../../../src/cli/acquire/log-progress.js'
import { acquisitionTable } from '../../../src/measurements/index.js'
import { SourceLines } from '../../../src/cli/acquire/source-lines.js'
import { UsageError } from '../../../src/cli/usage-error.js'

const page = { source: 'shop', pageId: 'shop:page=1' }
const EVENTS: readonly AcquireEvent[] = [
  { type: 'run-opened', runId: 'r', resumed: true, sources: ['shop', 'other'] },
  { type: 'departure', ...page, attempt: 1 },
  { type: 'attempt-failed', ...page, attempt: 1, code: 'HTTP_500', message: 'no', path: '/a' },
  { type: 'departure', ...page, attempt: 2 },
  { type: 'page-done', ...page, records: 9, rejects: 1, openPages: 4 },
  { type: 'breaker', source: 'shop', from: 'closed', to: 'open', cause: 'failures' },
  {
    type: 'throttled',
    source: 'shop',
    waitMs: 1_000,
    until: '2026-01-02T00:00:00Z',
    askedBy: '429 of page 7 of shop',
  },
]

const SUMMARY: Summary = {
  kind: 'acquisition',
  version: 1,
  run: {
    id: 'r',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:01.500Z',
    durationMs: 1_500,
    status: 'partial',
    end: 'finished',
    configHash: 'h',
    version: '0.1.0',
  },
  totals: { records: 9, rejected: 1, duplicates: 0, pages: 1, requests: 2, retries: 1, successRate: 0.5 },
  sources: [
    {
      name: 'shop',
      status: 'failed',
      pages: 1,
      requests: 2,
      retries: 1,
      fetched: 10,
      accepted: 9,
      rejected: 1,
      rejections: [],
      duplicates: 0,
      warnings: 0,
      redactions: 0,
      filtered: 0,
      deleted: 0,
      averages: {},
      errors: [],
      notices: [],
      breaker: { state: 'open', transitions: [] },
      rateLimit: { limitPerSecond: 5, worstRollingSecond: 2 },
      coverage: { reportedTotal: 50, uniqueIds: 9, missing: 40 },
    },
  ],
  records: [],
  errors: [],
}

function fakeTerminal(columns: number, rows = 24): { terminal: WriteStream; written: () => string } {
  const stream = new PassThrough() as unknown as WriteStream & { columns: number; rows: number }
  const chunks: string[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  stream.columns = columns
  stream.rows = rows
  return { terminal: stream, written: () => chunks.join('') }
}

describe('SourceLines', () => {
  test('shows pages, records, rate, retries and breaker of each source', () => {
    let now = 0
    const lines = new SourceLines(() => now)
    for (const event of EVENTS) lines.add(event)
    expect(lines.render().map(line => line.replace(/2026-01-0[123] \d\d:\d\d:00/, 'TIME'))).toEqual([
      'shop   1 pages (4 open) · 9 records · 1 rejected · 1.0/s · 1 retries · breaker open · quiet until TIME, asked by 429 of page 7 of shop',
      'other  0 pages (1 open) · 0 records · 0.0/s',
    ])
    now = 3_000
    lines.add({ type: 'source-gave-up', source: 'shop', message: '' })
    lines.add({ type: 'page-failed', ...page, source: 'other', code: 'HTTP_404', message: '', path: '/a' })
    expect(lines.render()[0]).toContain('0.0/s')
    expect(lines.render()[0]).toContain('given up')
    expect(lines.render()[1]).toContain('failed: HTTP_404')
  })
})

describe('LiveProgress', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
  afterEach(() => vi.useRealTimers())

  test('redraws its lines in place, cut to the width, and takes them away at the end', () => {
    const { terminal, written } = fakeTerminal(40)
    const progress = new LiveProgress(terminal)
    for (const event of EVENTS) progress.show(event)
    vi.advanceTimersByTime(200)
    progress.show({ type: 'stopping', reason: 'interrupted', graceMs: 5_000 })
    vi.advanceTimersByTime(100)
    progress.end()
    progress[Symbol.dispose]()
    const text = written()
    expect(text).toContain('\u001B[3A\u001B[0J')
    expect(text).toContain('continuing the last run')
    expect(text).toContain('stopping (interrupted)')
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(60)
    expect(text.endsWith('\u001B[3A\u001B[0J')).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('LiveProgress when something goes wrong', () => {
  test('N-32 says after the first attempt what failed, where, and what to do, once, and leaves it there', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { terminal, written } = fakeTerminal(80)
    const progress = new LiveProgress(terminal)
    progress.show({ type: 'run-opened', runId: 'r', resumed: false, sources: ['shop'] })
    const failed = { ...page, code: 'NO_RECORDS', message: '"itmes" is missing', path: '/items?page=1' }
    progress.show({ type: 'attempt-failed', ...failed, attempt: 1 })
    vi.advanceTimersByTime(100)
    const first = written()
    expect(first).toContain(
      'shop: NO_RECORDS at /items?page=1: "itmes" is missing; set records to the path\n  of the array of records\n',
    )
    progress.show({ type: 'attempt-failed', ...failed, attempt: 2 })
    progress.show({ type: 'notice', source: 'shop', code: 'X', message: 'one page came twice' })
    progress.end()
    progress[Symbol.dispose]()
    vi.useRealTimers()
    const rest = written().slice(first.length)
    expect(rest).not.toContain('NO_RECORDS at')
    expect(rest.endsWith('\u001B[1A\u001B[0Jshop: one page came twice\n')).toBe(true)
  })
})

test('N-31 a quiet is told once, however often it is asked for', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { terminal, written } = fakeTerminal(80)
  const progress = new LiveProgress(terminal)
  const quiet = { source: 'shop', waitMs: 60_000, askedBy: '429 of page 1 of shop' }
  progress.show({ type: 'throttled', ...quiet, until: '2026-01-01T00:01:00Z' })
  progress.show({ type: 'throttled', ...quiet, until: '2026-01-01T00:02:00Z' })
  progress.show({ type: 'notice', source: 'shop', code: 'QUIET', message: 'quiet until 2026, asked by 429' })
  progress.end()
  progress[Symbol.dispose]()
  vi.useRealTimers()
  expect(written().match(/^shop: quiet until/gm)).toHaveLength(1)
})

describe('LiveProgress on a low terminal', () => {
  test('shows as many sources as there is room for, and how many more there are', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { terminal, written } = fakeTerminal(40, 6)
    const progress = new LiveProgress(terminal)
    const sources = Array.from({ length: 100 }, (_, index) => `shop${index}`)
    progress.show({ type: 'run-opened', runId: 'r', resumed: true, sources })
    vi.advanceTimersByTime(200)
    progress.end()
    progress[Symbol.dispose]()
    vi.useRealTimers()
    expect(written()).toContain('… and 97 more\ncontinuing the last run\n')
    expect(written()).toContain('\u001B[5A')
  })
})

test('N-36 a terminal that does not know its size is one of 80 columns and 24 rows', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { terminal, written } = fakeTerminal(0, 0)
  const progress = new LiveProgress(terminal)
  const sources = Array.from({ length: 30 }, (_, index) => `shop${index}`)
  progress.show({ type: 'run-opened', runId: 'r', resumed: false, sources })
  vi.advanceTimersByTime(200)
  progress.end()
  progress[Symbol.dispose]()
  vi.useRealTimers()
  expect(written()).toContain('shop0')
  expect(written()).toContain('… and 8 more\n')
})

test.each([1, 2, 3])('N-36 a terminal of %i rows gets no more lines than fit', rows => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { terminal, written } = fakeTerminal(80, rows)
  const progress = new LiveProgress(terminal)
  progress.show({ type: 'run-opened', runId: 'r', resumed: false, sources: ['a', 'b', 'c', 'd'] })
  vi.advanceTimersByTime(100)
  progress.end()
  progress[Symbol.dispose]()
  vi.useRealTimers()
  expect(written().split('\n').length - 1).toBe(Math.max(1, rows - 1))
})

describe('LogProgress', () => {
  test('N-36 writes one JSON object a line, its level as a word, and the results at the end', () => {
    const stream = new PassThrough()
    const lines: string[] = []
    stream.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trimEnd().split('\n')))
    const progress = new LogProgress('info', stream)
    for (const event of EVENTS) progress.show(event)
    progress.end(SUMMARY, { ...resultPaths('out') })
    progress[Symbol.dispose]()
    const logged = lines.map(line => JSON.parse(line) as { msg: string; level: string })
    expect(logged.map(({ msg }) => msg)).toEqual([
      'run-opened',
      'attempt-failed',
      'breaker',
      'throttled',
      'source',
      'results',
    ])
    expect(logged.at(-1)).toMatchObject({ status: 'partial', results: { summary: 'out/summary.json' } })
    expect(logged.at(-2)).toMatchObject({ level: 'warn', source: 'shop', missing: 40 })
  })

  test('says every few seconds how those sources stand that have moved', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const stream = new PassThrough()
    const lines: string[] = []
    stream.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trimEnd().split('\n')))
    const progress = new LogProgress('info', stream)
    for (const event of EVENTS) progress.show(event)
    lines.length = 0
    vi.advanceTimersByTime(20_000)
    progress[Symbol.dispose]()
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'progress',
      source: 'shop',
      pages: 1,
      openPages: 4,
      records: 9,
      rejects: 1,
      retries: 1,
      breaker: 'open',
    })
  })

  test('refuses a level that is none', () => {
    expect(logLevel(undefined)).toBe('info')
    expect(() => logLevel('loud')).toThrow(UsageError)
  })
})

describe('acquisitionTable', () => {
  const [shop] = SUMMARY.sources
  const table = (summary: Summary): string[] => acquisitionTable(summary, resultPaths('out')).split('\n')
  const counted = { firstAt: '', lastAt: '' }
  const error = {
    ...counted,
    code: 'HTTP_404',
    path: '/items?page=3',
    message: 'The server answered 404',
    count: 2,
  }

  test('N-31 shows what each source gave, what went wrong and what to do, and ends with how it ended', () => {
    const sources = [{ ...(shop as SourceSummary), errors: [error] }]
    expect(table({ ...SUMMARY, sources })).toEqual([
      'source  status  pages  records  rejected  missing  requests  worst 1 s',
      'shop    failed      1        9         1       40         2     2 of 5',
      '',
      '  shop: 2x HTTP_404 at /items?page=3: The server answered 404; check baseUrl and',
      '    path; where this is how the source ends, set pagination.endWhen: { status:',
      '    404 }',
      'summary   out/summary.json',
      'records   out/acquire.db',
      'rejected  out/rejected.jsonl',
      '',
      'partial: 9 records in 1.5 s, 2 requests, 1 retry; shop failed',
    ])
  })

  test.each([
    [{ status: 'complete', end: 'finished' }, 'complete: 9 records in 1.5 s, 2 requests, 1 retry'],
    [
      { status: 'interrupted', end: 'interrupted' },
      'it was interrupted; the same command goes on with the rest',
    ],
    [
      { status: 'partial', end: 'timeout' },
      'its time (timeout) was over; the same command goes on with the rest',
    ],
  ] as const)('N-31 says in the last line why a run ended: %j', (run, expected) => {
    const lines = table({ ...SUMMARY, run: { ...SUMMARY.run, ...run } })
    expect(lines.slice(lines.lastIndexOf('') + 1).join(' ')).toContain(expected)
  })

  test('N-31 says in the last line that the limit of pages was reached', () => {
    const limit = { ...error, code: 'MAX_PAGES', path: null, message: 'The limit', count: 1 }
    const sources = [{ ...(shop as SourceSummary), status: 'partial' as const, errors: [limit] }]
    expect(
      table({ ...SUMMARY, sources })
        .slice(-2)
        .join(' '),
    ).toContain('shop reached the limit of pages')
  })

  test('N-31 says in the last line that a source was left in the quiet that its server asked for', () => {
    const quiet = { ...counted, code: 'QUIET', about: null, message: 'quiet until 14:03', count: 1 }
    const sources = [{ ...(shop as SourceSummary), status: 'partial' as const, notices: [quiet] }]
    expect(
      table({ ...SUMMARY, sources })
        .slice(-2)
        .join(' '),
    ).toContain("shop goes on with the same command when its server's quiet is over")
  })

  test('N-31 what a complete source has overcome is told in short, without what there is to do', () => {
    const errors = [error, { ...error, code: 'HTTP_500', count: 1 }]
    const sources = [{ ...(shop as SourceSummary), status: 'complete' as const, errors }]
    expect(table({ ...SUMMARY, sources })).toContain('  shop: tried again after 2x HTTP_404, HTTP_500')
  })

  test('N-31 a message of several lines is told as one text', () => {
    const sources = [
      { ...(shop as SourceSummary), errors: [{ ...error, code: 'X', message: 'one:\n; two\n' }] },
    ]
    expect(table({ ...SUMMARY, sources })).toContain('  shop: 2x X at /items?page=3: one: ; two')
  })

  test('N-43 no line of it is wider than 80 columns, whatever a source is called and says', () => {
    const source = {
      ...(shop as SourceSummary),
      name: 'a-source-with-a-name-of-sixty-four-letters-which-is-the-most-ab',
      status: 'interrupted' as const,
      pages: 1_234_567,
      accepted: 12_345_678,
      errors: [{ ...error, message: 'word '.repeat(60) }],
      notices: [{ ...counted, code: 'X', about: null, message: 'note '.repeat(60), count: 3 }],
    }
    const lines = table({ ...SUMMARY, sources: [source] })
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
    expect(lines[1]).toMatch(/^a-sourc… {2}interrupted/)
  })

  test('says what should be known, with how often it was', () => {
    const told = { ...counted, code: 'X', about: null }
    const notices = [
      { ...told, message: 'one page came twice', count: 1 },
      { ...told, message: 'price could not be read', count: 3 },
    ]
    const rejections = [
      { code: 'MISSING_FIELD', field: 'title', count: 2, reason: 'title: it is missing or null' },
    ]
    const sources = [{ ...(shop as SourceSummary), notices, rejections }]
    expect(table({ ...SUMMARY, sources })).toEqual(
      expect.arrayContaining([
        '  shop: one page came twice',
        '  shop: 3x price could not be read',
        '  shop: 2 records rejected: title: it is missing or null (MISSING_FIELD)',
      ]),
    )
  })

  test('A-14 says when a source has echoed credentials', () => {
    const echoing = SUMMARY.sources.map(source => ({ ...source, redactions: 2 }))
    expect(acquisitionTable({ ...SUMMARY, sources: echoing }, resultPaths('out')).split('\n')).toContain(
      '  shop: a configured secret was taken out of 2 texts of its records',
    )
  })
})
