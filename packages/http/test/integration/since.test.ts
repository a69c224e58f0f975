import type { IncomingMessage, ServerResponse } from 'node:http'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { httpServer } from '../contracts/servers.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

interface Row {
  readonly id: string
  readonly updated: string
}

/** A server of rows that are filtered by `from` and `to`, both included, on pages of two. */
async function feed(rows: Row[], { newestFirst = false, failing = (): boolean => false } = {}) {
  const asked: URL[] = []
  const server = await httpServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://x')
    asked.push(url)
    if (failing()) {
      response.writeHead(400).end('{}')
      return
    }
    const { from, to, page = '1' } = Object.fromEntries(url.searchParams)
    const found = rows
      .filter(({ updated }) => (from === undefined || updated >= from) && (to === undefined || updated <= to))
      .toSorted((a, b) => (newestFirst ? -1 : 1) * (a.updated < b.updated ? -1 : 1))
    const items = found.slice((Number(page) - 1) * 2, Number(page) * 2)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ items, more: Number(page) * 2 < found.length }))
  })
  return { url: server.url, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

async function run(url: string, output: string, since: string, more = '') {
  const yaml = `
sources:
  - name: s
    baseUrl: ${url}
    path: /items
    records: items
    pagination: { type: page, pageSize: 2, hasMorePath: more }
    mapping: { id: { path: id } }
    since: ${since}
${more}`
  const { config } = parseConfig(yaml, 's.yaml', { flags: { output }, environment: {} })
  return (await acquired(withLimits({ ...config, workers: 1 }, QUICK))).summary
}

function stored(output: string): { ids: string[]; cursors: unknown[] } {
  const database = new Database(`${output}/acquire.db`, { readonly: true })
  try {
    const ids = database.prepare<[], string>('select id from records order by id').pluck().all()
    const cursors = database
      .prepare<[], string>('select part || state from cursors order by part')
      .pluck()
      .all()
    return { ids, cursors }
  } finally {
    database.close()
  }
}

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`
const row = (minute: number, name = String(minute)): Row => ({ id: name, updated: at(minute) })
const DATES = "{ field: updated, start: '2026-01-01', param: from, format: isoSeconds }"

test('A-12 a second run asks for what is new, and equal timestamps lose nothing', async () => {
  const rows = [row(1), row(2), row(3), row(4), row(5)]
  await using server = await feed(rows)
  await using output = await outputFolder()
  expect((await run(server.url, output.path, DATES)).run.status).toBe('complete')
  expect(server.asked[0]?.searchParams.get('from')).toBe('2026-01-01T00:00:00Z')
  expect(stored(output.path).cursors).toEqual(['{"field":"updated","since":"2026-01-01T00:05:00.000Z"}'])
  rows.push({ id: '5b', updated: at(5) }, row(6))
  const before = server.asked.length
  const second = await run(server.url, output.path, DATES)
  expect(server.asked[before]?.searchParams.get('from')).toBe('2026-01-01T00:04:59Z')
  expect(second.sources[0]?.coverage.uniqueIds).toBe(3)
  expect(stored(output.path).ids).toEqual(['1', '2', '3', '4', '5', '5b', '6'])
})

test('windows follow each other, and what is kept moves with the last of them only', async () => {
  let fails = false
  const rows = [row(1), row(2), row(3), row(25), row(47)]
  await using server = await feed(rows, { failing: () => fails && server.asked.length > 3 })
  await using output = await outputFolder()
  const windowed =
    "{ field: updated, start: '2026-01-01', end: '2026-01-01T01:00:00Z', param: from, untilParam: to, " +
    'format: isoSeconds, window: 20m }'
  fails = true
  expect((await run(server.url, output.path, windowed)).run.status).not.toBe('complete')
  expect(stored(output.path).cursors).toEqual([])
  fails = false
  expect((await run(server.url, output.path, windowed)).run.status).toBe('complete')
  expect(stored(output.path)).toEqual({
    ids: ['1', '2', '25', '3', '47'],
    cursors: ['{"field":"updated","since":"2026-01-01T00:47:00.000Z"}'],
  })
  const spans = server.asked.map(
    ({ searchParams }) => `${searchParams.get('from')}-${searchParams.get('to')}`,
  )
  expect(new Set(spans).size).toBe(3)
})

test('where nothing can be asked for, records from before are left out here', async () => {
  const rows = [row(1), row(2), row(3)]
  await using server = await feed(rows)
  await using output = await outputFolder()
  await run(server.url, output.path, '{ field: updated }')
  rows.push(row(4))
  const second = await run(server.url, output.path, '{ field: updated }')
  expect(second.sources[0]?.coverage.uniqueIds).toBe(2)
  expect(stored(output.path).ids).toEqual(['1', '2', '3', '4'])
})

test.each([
  ['an added field asks for nothing: records from before are left out here', "add: { asked: '{since}' }", 1],
  ['a computed value asks for it', 'query: { from: { expr: \'$substring(since, 0, 19) & "Z"\' } }', 2],
])('%s', async (_, more, taken) => {
  const rows = [row(1), row(2), row(3)]
  await using server = await feed(rows)
  await using output = await outputFolder()
  const since = "{ field: updated, start: '2026-01-01', overlap: 0ms }"
  await run(server.url, output.path, since, `    ${more}\n`)
  rows.push({ id: 'late', updated: at(2) })
  const second = await run(server.url, output.path, since, `    ${more}\n`)
  expect(second.sources[0]?.coverage.uniqueIds).toBe(1)
  expect(second.sources[0]?.fetched).toBe(1)
  expect(server.asked.at(-1)?.searchParams.has('from')).toBe(taken === 2)
})

test('newest first: a later run stops at the page that reaches what is known', async () => {
  const rows = Array.from({ length: 20 }, (_, index) => row(index + 1, `r${index + 1}`))
  await using server = await feed(rows, { newestFirst: true })
  await using output = await outputFolder()
  const descending = '{ field: updated, order: descending }'
  expect((await run(server.url, output.path, descending)).run.status).toBe('complete')
  expect(server.asked).toHaveLength(10)
  rows.push(row(30), row(31), row(32))
  const second = await run(server.url, output.path, descending)
  expect(second.run.status).toBe('complete')
  expect(server.asked).toHaveLength(13)
  expect(stored(output.path).ids).toHaveLength(23)
})

test('state is kept by part, of parents and of lists', async () => {
  await using server = await feed([row(1), row(2)])
  await using output = await outputFolder()
  const more = `    for: { values: [a, b], as: kind }
    query: { kind: '{kind}' }
`
  await run(server.url, output.path, DATES, more)
  expect(stored(output.path).cursors).toEqual([
    'kind=a{"field":"updated","since":"2026-01-01T00:02:00.000Z"}',
    'kind=b{"field":"updated","since":"2026-01-01T00:02:00.000Z"}',
  ])
})

test('a date that lies ahead hides nothing', async () => {
  const rows = [row(1), { id: 'far', updated: '2226-01-01T00:00:00Z' }]
  await using server = await feed(rows)
  await using output = await outputFolder()
  const first = await run(server.url, output.path, DATES)
  expect(first.sources[0]?.notices.map(({ code }) => code)).toEqual(['CURSOR_AHEAD'])
  rows.push({ id: 'now', updated: new Date().toISOString() })
  await run(server.url, output.path, DATES)
  expect(stored(output.path).ids).toEqual(['1', 'far', 'now'])
})
