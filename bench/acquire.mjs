/**
 * How many pages a second the pipeline takes when no rate holds it back: fetched, parsed in worker threads,
 * normalised, deduplicated and committed, from mock shops in a process of their own. `node bench/acquire.mjs
 * [pages] [concurrency]` On a busy machine pages a second say little; the CPU that a page takes, all threads
 * together, says more.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { acquire, loadConfig } from '@async-patterns/http/acquisition'
import { spawnMock } from '@async-patterns/http/mock'

const [pages = '2000', concurrency = '32'] = process.argv.slice(2)
const RUNS = 3
const pipeline = fileURLToPath(new URL('../examples/shops.yaml', import.meta.url))

const shops = await spawnMock('shops', ['--pages', pages])
const output = await mkdtemp(join(tmpdir(), 'bench-acquire-'))
try {
  const rates = []
  for (let run = 0; run < RUNS; run += 1) rates.push(await measured(run))
  rates.sort((a, b) => a - b)
  console.log(`median ${rates[1]} pages/s`)
} finally {
  await shops.close()
  await rm(output, { recursive: true })
}

/**
 * The two shops whose pages can be fetched side by side; the third names each page only in the one before.
 */
async function measured(run) {
  const urls = Object.entries(shops.urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])
  const { config } = await loadConfig(pipeline, {
    flags: { output: join(output, `${run}`), workers: 2, timeout: '5m', rateLimit: 100_000 },
    environment: Object.fromEntries(urls),
  })
  const sources = config.sources
    .filter(source => source.name !== 'mercado')
    .map(source => ({ ...source, limits: { ...source.limits, concurrency: Number(concurrency) } }))
  const before = process.cpuUsage()
  const { run: ended, totals } = await acquire({ ...config, sources })
  const { user, system } = process.cpuUsage(before)
  const perSecond = Math.round((totals.pages * 1_000) / ended.durationMs)
  const cpuPerPage = Math.round((user + system) / totals.pages)
  console.log(
    `${ended.status}: ${totals.pages} pages, ${totals.records} records in ${ended.durationMs} ms: ${perSecond} pages/s, ` +
      `${cpuPerPage} us of CPU a page`,
  )
  return perSecond
}
