/**
 * Who takes the pages. Each takes `urls` with so many requests at once and resolves when all are done; those with
 * `folder` have stored them there by then.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { acquire } from '@async-patterns/http/acquisition'
import { sourceOf } from './pages.mjs'

export const contenders = {
  'async-patterns': ours,
  'got + p-queue': input => gotWith(input, () => undefined),
  'got + p-queue + insert': gotAndInsert,
  'crawlee HttpCrawler': crawlee,
  'hand-written': handWritten,
}

async function ours({ origin, perPage, concurrency, folder }) {
  let lastPageAt = 0
  const { totals, run, sources } = await acquire(
    { output: folder, workers: 2, timeout: '10m', sources: [sourceOf(origin, { perPage, concurrency })] },
    {
      onEvent: ({ type }) => {
        if (type === 'page-done') lastPageAt = performance.now()
      },
    },
  )
  if (run.status !== 'complete')
    throw new Error(
      `the run is ${run.status}: ${JSON.stringify(sources[0].errors)} ${JSON.stringify(sources[0].notices)}`,
    )
  return { records: totals.records, summaryMs: performance.now() - lastPageAt }
}

async function gotWith({ urls, concurrency }, take) {
  const { got } = await import('got')
  const { default: PQueue } = await import('p-queue')
  const queue = new PQueue({ concurrency })
  let records = 0
  await queue.addAll(
    urls.map(url => async () => {
      const { items } = await got(url).json()
      records += items.length
      take(items)
    }),
  )
  return { records }
}

/** A transaction for each page, as they come. */
async function gotAndInsert(input) {
  const { database, insertAll } = openDatabase(input.folder)
  const result = await gotWith(input, database.transaction(insertAll))
  database.close()
  return result
}

async function crawlee({ urls, concurrency }) {
  const { Configuration, HttpCrawler, log } = await import('@crawlee/http')
  log.setLevel(log.LEVELS.ERROR)
  let records = 0
  const crawler = new HttpCrawler(
    {
      minConcurrency: concurrency,
      maxConcurrency: concurrency,
      additionalMimeTypes: ['application/json'],
      requestHandler: ({ json }) => void (records += json.items.length),
    },
    new Configuration({ persistStorage: false }),
  )
  await crawler.run(urls)
  return { records }
}

/** The practical limit: undici, and one transaction for all pages of a turn of the event loop. */
async function handWritten({ urls, origin, concurrency, folder }) {
  const { Pool } = await import('undici')
  const { database, insertAll } = openDatabase(folder)
  const store = database.transaction(pages => pages.forEach(insertAll))
  const pool = new Pool(origin, { connections: concurrency })
  const waiting = urls.map(url => url.slice(origin.length))
  let records = 0
  let taken = []
  const flush = () => {
    store(taken)
    taken = []
  }
  const worker = async () => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const { body } = await pool.request({ path, method: 'GET' })
      const { items } = await body.json()
      records += items.length
      if (taken.push(items) === 1) setImmediate(flush)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  await new Promise(resolve => setImmediate(resolve))
  await pool.close()
  database.close()
  return { records }
}

function openDatabase(folder) {
  const packageFile = createRequire(import.meta.url).resolve('@async-patterns/http/package.json')
  const Database = createRequire(packageFile)('better-sqlite3')
  const database = new Database(join(folder, 'records.db'))
  database.pragma('journal_mode = wal')
  database.pragma('synchronous = normal')
  database.exec('create table records (id text primary key, fields text not null) without rowid')
  const insert = database.prepare('insert or replace into records values (?, ?)')
  const insertAll = items => {
    for (const item of items) insert.run(item.id, JSON.stringify(item))
  }
  return { database, insertAll }
}
