import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { Deferred } from 'async-patterns'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { Summary } from '../../src/measurements/index.js'
import { acquired, outputFolder } from '../support/acquire-rig.js'

interface Answer {
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** A server of exports; undefined is an answer that never comes. */
async function exporter(answer: (request: URL, count: number) => Answer | undefined) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    const given = answer(new URL(request.url ?? '', 'http://x'), requests.length)
    if (given === undefined) return
    response.writeHead(200, given.headers)
    response.end(given.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const pages = '{ type: page, pageSize: 100 }'
const one = '{ type: linkHeader }'

function pipeline(url: string, format: string, pagination: string, limits = ''): string {
  return `
workers: 1
sources:
  - name: export
    baseUrl: ${url}
    path: /all.csv.gz
    format: ${format}
    pagination: ${pagination}
    mapping:
      id: { path: id }
      price: { path: price, type: money, currency: EUR, required: true }
    limits: { rate: 200, retry: { baseDelay: 1ms, maxAttempts: 3 } ${limits} }
`
}

async function acquiredFrom(yaml: string, output: string): Promise<Summary> {
  const { config } = parseConfig(yaml, 'export.yaml', { flags: { output }, environment: {} })
  return (await acquired(config)).summary
}

/** `size` rows from this id on, as a gzip file in two members. */
function table(first: number, size: number): Uint8Array {
  const rows = Array.from({ length: size }, (_, at) => `${first + at},"${at % 90},50 €"\n`)
  const text = `id,price\n${rows.join('')}`
  const half = text.length >> 1
  return Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))])
}

const gzip = { 'content-type': 'application/gzip' }
const pageOf = (url: URL) => Number(url.searchParams.get('page'))

test('takes all rows of a gzip CSV in pages, to the page that has none', async () => {
  await using server = await exporter(url => {
    const page = pageOf(url)
    return { headers: gzip, body: table(page * 100, page < 4 ? 100 : 0) }
  })
  await using output = await outputFolder()
  const { run, totals, sources } = await acquiredFrom(pipeline(server.url, 'csv', pages), output.path)
  expect(run.status).toBe('complete')
  expect(totals.records).toBe(300)
  expect(sources[0]).toMatchObject({
    pages: 4,
    rejected: 0,
    averages: { price: { EUR: expect.any(String) } },
  })
  expect(server.requests.map(({ headers }) => headers.accept)).toEqual(Array(4).fill('text/csv, */*;q=0.1'))
})

test('takes an export of many rows in one response, and tells its bad rows by line', async () => {
  const body = Buffer.concat([table(1, 20_000), gzipSync('17\n'), gzipSync('20001,x\n20002,"1,00"\n')])
  await using server = await exporter(() => ({ headers: gzip, body }))
  await using output = await outputFolder()
  const { run, totals } = await acquiredFrom(pipeline(server.url, 'csv', one), output.path)
  expect(run.status).toBe('complete')
  expect(totals.records).toBe(20_001)
  const lines = (await readFile(join(output.path, 'rejected.jsonl'), 'utf8')).trimEnd().split('\n')
  expect(lines.map(line => JSON.parse(line) as unknown)).toMatchObject([
    { index: 20_000, code: 'RAGGED_ROW', reason: 'line 20002: it has 1 values for 2 columns', raw: '17' },
    { index: 20_001, code: 'NOT_A_NUMBER', field: 'price' },
  ])
})

test('keeps to the limits of its pages', async () => {
  await using server = await exporter(() => ({ body: table(1, 2_000) }))
  const codeWith = async (limits: string) => {
    await using output = await outputFolder()
    const { errors } = await acquiredFrom(pipeline(server.url, 'csv', one, limits), output.path)
    return errors.map(({ code, count }) => `${code} ${count}`)
  }
  expect(await codeWith(', maxPageSize: 20KB')).toEqual(['BODY_TOO_LARGE 1'])
  expect(await codeWith(', maxRecordsPerPage: 1999')).toEqual(['TOO_MANY_RECORDS 1'])
  expect(await codeWith(', maxPageSize: 40KB, maxRecordsPerPage: 2000')).toEqual([])
})

test('an error told as JSON is no table: the page is asked for again', async () => {
  const answers: readonly Answer[] = [
    { body: '{"error":"the report is not ready"}' },
    { headers: { 'content-type': 'text/html' }, body: 'Please wait' },
    { headers: { 'content-type': 'text/csv' }, body: 'id,price\n1,"2,00"\n' },
  ]
  await using server = await exporter((_url, count) => answers[count - 1])
  await using output = await outputFolder()
  const { run, totals, sources, errors } = await acquiredFrom(pipeline(server.url, 'csv', one), output.path)
  expect(run.status).toBe('complete')
  expect([totals.records, sources[0]?.retries]).toEqual([1, 2])
  expect(errors.map(({ code }) => code).sort()).toEqual(['ERROR_BODY', 'UNEXPECTED_FORMAT'])
})

test('goes on after kill -9 with the pages that are not done', async () => {
  const line = (id: number) => `{"id":${id},"price":"1.00"}\n`
  let isHeld = true
  const held = new Deferred<void>()
  await using server = await exporter(url => {
    const page = pageOf(url)
    if (page === 4 && isHeld) {
      held.resolve()
      return undefined
    }
    const ids = page > 6 ? [] : Array.from({ length: 100 }, (_, at) => page * 100 + at)
    return { body: gzipSync(ids.map(line).join('')) }
  })
  await using output = await outputFolder()
  const file = join(output.path, 'pipeline.yaml')
  await writeFile(file, pipeline(server.url, 'ndjson', pages))
  const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const start = () =>
    spawn(process.execPath, [command, 'acquire', file, '--output', output.path], { stdio: 'ignore' })
  const first = start()
  const died = once(first, 'close')
  await held.promise
  first.kill('SIGKILL')
  await died
  isHeld = false
  const [code] = (await once(start(), 'close')) as [number]
  expect(code).toBe(0)
  const { run, totals } = JSON.parse(await readFile(join(output.path, 'summary.json'), 'utf8')) as Summary
  expect([run.status, totals.records]).toEqual(['complete', 600])
  const asked = server.requests.map(({ url }) => pageOf(new URL(url ?? '', 'http://x')))
  expect(asked).toEqual([1, 2, 3, 4, 4, 5, 6, 7])
})
