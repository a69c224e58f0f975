import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Summary } from '../../src/measurements/index.js'
import { deadUrl } from '../contracts/servers.js'
import { succeed } from '../support/run.js'

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const RECORDS = 95

let folder: string
let url: string
let stop: () => Promise<void>

/** An API that is not ours, with its own pagination, its own total and its own field names. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'json-server-'))
  const articles = Array.from({ length: RECORDS }, (_, index) => ({
    id: `a${index + 1}`,
    headline: `Article ${index + 1}`,
    cost: { value: (index * 1.25).toFixed(2), unit: 'EUR' },
    changed: new Date(Date.UTC(2026, 0, 1 + index)).toISOString(),
    section: index % 2 === 0 ? 'even' : 'odd',
  }))
  await writeFile(join(folder, 'db.json'), JSON.stringify({ articles }))
  url = await deadUrl()
  const { port } = new URL(url)
  const bin = join(dirname(createRequire(import.meta.url).resolve('json-server/package.json')), 'lib/bin.js')
  const server = spawn(process.execPath, [bin, '--host', '127.0.0.1', '--port', port, 'db.json'], {
    cwd: folder,
    stdio: 'ignore',
  })
  const exited = once(server, 'exit')
  stop = async () => {
    server.kill()
    await exited
  }
  await listening()
}, 30_000)

afterAll(async () => {
  await stop()
  await rm(folder, { recursive: true, force: true })
})

async function listening(): Promise<void> {
  for (;;) {
    const ready = await fetch(`${url}/articles/a1`).then(
      response => response.ok,
      () => false,
    )
    if (ready) return
    await sleep(50)
  }
}

const pipeline = `
rateLimit: 100
sources:
  - name: articles
    baseUrl: \${ARTICLES_URL}
    path: /articles
    query: { _sort: id }
    pagination: { type: page, pageParam: _page, sizeParam: _per_page, pageSize: 10, totalPagesPath: pages, totalRecordsPath: items }
    records: data
    total: items
    mapping:
      id: { path: id }
      title: { path: headline, required: true }
      price: { path: cost.value, type: money, locale: en, currencyPath: cost.unit, required: true }
      category: { path: section }
      updatedAt: { path: changed, type: date }
`

test('an API that is not ours is acquired by nothing but a YAML file', async () => {
  const file = join(folder, 'pipeline.yaml')
  const output = join(folder, 'out')
  await writeFile(file, pipeline)
  const env = { ...process.env, ARTICLES_URL: url }
  await succeed(process.execPath, [command, 'acquire', file, '--output', output, '--quiet'], { env })
  const { run, totals, sources, records } = JSON.parse(
    await readFile(join(output, 'summary.json'), 'utf8'),
  ) as Summary
  expect(run.status).toBe('complete')
  expect(totals).toMatchObject({ records: RECORDS, rejected: 0, duplicates: 0, pages: 10 })
  expect(sources[0]?.coverage).toEqual({ reportedTotal: RECORDS, uniqueIds: RECORDS, missing: 0 })
  expect(records.find(record => record.id === 'a3')?.fields).toMatchObject({
    title: 'Article 3',
    price: { amount: '2.50', currency: 'EUR' },
    category: 'even',
    updatedAt: '2026-01-03T00:00:00.000Z',
  })
}, 30_000)
