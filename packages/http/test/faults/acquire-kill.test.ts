import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from 'async-patterns'
import type BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Summary } from '../../src/measurements/index.js'
import type { Shops } from '../../src/mock/index.js'
import { startShops } from '../../src/mock/index.js'
import { proofCount } from '../support/proof.js'
import { AcquireProcess } from '../support/acquire-process.js'
import { acquired, exampleConfig, outputFolder, QUICK, worstArrivals } from '../support/acquire-rig.js'
import { Stalls } from '../support/stalls.js'

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3

const PAGES = 30
const RATE = 20
const SEEDS = proofCount(4, 40)
/** For each seed. */
const KILLS = 5
/** Seeds at once. */
const SIDE_BY_SIDE = 4

const requestCount = (shops: Shops): number => shops.all.reduce((sum, shop) => sum + shop.requests.length, 0)

/** `stream page` of all pages that are committed. */
function committedPages(output: string): Set<string> {
  const database = new Sqlite(join(output, 'acquire.db'), { readonly: true })
  try {
    const rows = database
      .prepare<[], { stream: string; ordinal: number }>(
        "select stream, ordinal from pages where state = 'done'",
      )
      .all()
    return new Set(rows.map(({ stream, ordinal }) => `${stream} ${ordinal}`))
  } finally {
    database.close()
  }
}

const requestsSince = (shops: Shops, since: number): string[] =>
  shops.all.flatMap(shop =>
    shop.requests.filter(request => request.at >= since).map(request => `${shop.name} ${request.page}`),
  )

/** Kills the command again and again after a random number of requests, and then lets it end. */
async function acquireWithKills(shops: Shops, output: string, seed: number): Promise<void> {
  const random = seededRandom(seed)
  const args = ['--output', output, '--rate-limit', `${RATE}`, '--workers', '1', '--quiet']
  for (let kill = 0; kill < KILLS; kill += 1) {
    const [before, startedAt] = [requestCount(shops), performance.timeOrigin + performance.now()]
    const committed = kill === 0 ? new Set<string>() : committedPages(output)
    await using running = new AcquireProcess(shops, args)
    const after = before + Math.floor(random() * 16)
    while (requestCount(shops) <= after && !running.hasExited) await sleep(2)
    expect(running.hasExited, running.stderr).toBe(false)
    await sleep(random() * 40)
    running.child.kill('SIGKILL')
    await running.exit()
    expect(requestsSince(shops, startedAt).filter(page => committed.has(page))).toEqual([])
  }
  const committed = committedPages(output)
  const startedAt = performance.timeOrigin + performance.now()
  await using last = new AcquireProcess(shops, args)
  expect(await last.exit(), last.stderr).toBe(0)
  expect(requestsSince(shops, startedAt).filter(page => committed.has(page))).toEqual([])
}

async function resultsIn(output: string): Promise<object> {
  const summary = JSON.parse(await readFile(join(output, 'summary.json'), 'utf8')) as Summary
  const rejected = await readFile(join(output, 'rejected.jsonl'), 'utf8')
  const { records, totals, sources } = summary
  return {
    status: summary.run.status,
    records,
    rejected,
    counts: [totals.records, totals.rejected, totals.duplicates, totals.pages],
    averages: sources.map(source => source.averages),
  }
}

test(`A-1 kill -9 ${SEEDS * KILLS} times at random: the final data equal a clean run, no committed page is fetched again`, {
  timeout: 30_000 * SEEDS,
}, async () => {
  let seeds = 0
  const killNext = async (): Promise<void> => {
    while (seeds < SEEDS) {
      seeds += 1
      await expectKillsHarmless(seeds)
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, killNext))
})

async function expectKillsHarmless(seed: number): Promise<void> {
  using stalls = new Stalls()
  await using shops = await startShops({ pages: PAGES, seed })
  await using clean = await outputFolder()
  await using killed = await outputFolder()
  await acquireWithKills(shops, killed.path, seed)
  for (const shop of shops.all) {
    // the limit holds over kills and restarts, in the shop's own log.
    expect(worstArrivals(shop.requests, stalls)).toBeLessThanOrEqual(RATE)
  }
  await acquired(await exampleConfig(shops, clean.path, QUICK))
  expect(await resultsIn(killed.path)).toEqual(await resultsIn(clean.path))
}

/** Each boundary between two steps of a page's way and of a run's end. */
const STEPS = [
  ['ledger.open', 'after', '1'],
  ['queue.add', 'before', '1'],
  ['run.claim', 'after', '1'],
  ['transport.send', 'before', '2'],
  ['transport.send', 'after', '3'],
  // What departs in a turn that brings pages is written with them.
  ['run.log', 'before', '1'],
  ['run.log', 'after', '1'],
  ['run.commit', 'before', '2'],
  ['run.commit', 'after', '1'],
  ['run.commit', 'after', '4'],
  ['queue.add', 'before', '4'],
  ['run.end', 'before', '1'],
  ['run.end', 'after', '1'],
  ['run.rejects', 'before', '1'],
  ['run.delivered', 'before', '1'],
] as const

test('A-1 kill -9 at every step boundary: the final data equal a clean run, no committed page is fetched again', {
  timeout: 120_000,
}, async () => {
  const waiting = [...STEPS]
  const clean = await cleanResults()
  const killNext = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      await using shops = await startShops({ pages: 4 })
      await using output = await outputFolder()
      await using killed = new AcquireProcess(
        shops,
        ['--output', output.path, '--rate-limit', '100', '--workers', '1', '--quiet'],
        { killedAt: step },
      )
      await killed.exit()
      expect(killed.child.signalCode, `${step.join(' ')}: ${killed.stderr}`).toBe('SIGKILL')
      const committed = committedPages(output.path)
      for (const shop of shops.all) shop.clearRequests()
      await acquired(await exampleConfig(shops, output.path, QUICK))
      const refetched = requestsSince(shops, 0).filter(page => committed.has(page))
      expect(refetched, step.join(' ')).toEqual([])
      expect(await resultsIn(output.path), step.join(' ')).toEqual(clean)
    }
  }
  await Promise.all([killNext(), killNext(), killNext()])
})

async function cleanResults(): Promise<object> {
  await using shops = await startShops({ pages: 4 })
  await using output = await outputFolder()
  await acquired(await exampleConfig(shops, output.path, QUICK))
  return await resultsIn(output.path)
}

test('A-4 after a kill nothing departs before a full second has passed', { timeout: 30_000 }, async () => {
  using stalls = new Stalls()
  await using shops = await startShops({ pages: 30 })
  await using output = await outputFolder()
  const args = ['--output', output.path, '--rate-limit', '10', '--workers', '1', '--quiet']
  {
    await using first = new AcquireProcess(shops, args)
    while (requestCount(shops) < 15) await sleep(1)
    first.child.kill('SIGKILL')
    await first.exit()
  }
  const killedAt = Math.max(...shops.all.flatMap(shop => shop.requests.map(request => request.at)))
  await using second = new AcquireProcess(shops, args)
  while (requestsSince(shops, killedAt + 0.01).length === 0 && !second.hasExited) await sleep(1)
  const [resumedAt = 0] = shops.all
    .flatMap(shop => shop.requests.map(request => request.at))
    .filter(at => at > killedAt)
  // The last request before the kill may have arrived late, the first after it may not: what arrives has departed.
  expect(resumedAt - killedAt).toBeGreaterThanOrEqual(950 - stalls.worstMs)
})
