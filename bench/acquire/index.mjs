/**
 * `make bench-acquire`: pages a second when no rate holds back, beside got with p-queue, crawlee and a script
 * written by hand: static pages of a private nginx, 100 requests at once, interleaved, medians of several
 * rounds, each contender in a process of its own. Writes results/acquire.json. On a busy machine pages a second
 * say little; the CPU that a page takes, all threads together, says more.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { startNginx } from '../load/nginx.mjs'
import { median } from '../patterns/measure.mjs'
import { writePages } from './pages.mjs'

const OURS = 'async-patterns'
const CONCURRENCY = 100
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Of one record; of 100 records a fifth of them. */
    pages: { type: 'string', default: '10000' },
    only: { type: 'string' },
  },
})
const pages = Number(values.pages)

/** What is to be reached: how much of whose pages a second, or how much CPU at most. */
const cases = [
  {
    perPage: 1,
    pages,
    contenders: [OURS, 'got + p-queue', 'crawlee HttpCrawler', 'hand-written'],
    targets: { 'got + p-queue': 3, 'crawlee HttpCrawler': 10, 'hand-written': 0.6 },
  },
  {
    perPage: 100,
    pages: pages / 5,
    contenders: [OURS, 'got + p-queue', 'got + p-queue + insert', 'hand-written'],
    targets: { 'got + p-queue + insert': 1.2, 'hand-written': 0.6 },
    cpuUs: 1_750,
  },
]
/** It takes so long that a part of the pages must do. */
const shares = { 'crawlee HttpCrawler': 0.1 }

const folder = await mkdtemp(join(tmpdir(), 'bench-acquire-'))
try {
  // A worker of an nginx that root starts is nobody.
  await chmod(folder, 0o755)
  for (const { perPage, pages: count } of cases) await writePages(join(folder, 'pages'), perPage, count)
  const nginx = await startNginx({ root: join(folder, 'pages') })
  try {
    const results = []
    for (const each of cases) results.push(await compared(each, nginx.url.slice(0, -1)))
    report(results)
  } finally {
    await nginx.close()
  }
} finally {
  await rm(folder, { recursive: true })
}

async function compared({ perPage, pages: count, contenders, targets, cpuUs }, origin) {
  const names = contenders.filter(name => values.only === undefined || name === values.only)
  const taken = new Map(names.map(name => [name, []]))
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const name of names) {
      const own = Math.max(1, Math.round(count * (shares[name] ?? 1)))
      taken.get(name).push(await measured({ name, origin, perPage, pages: own, concurrency: CONCURRENCY }))
    }
  return { perPage, pages: count, targets, cpuUs, contenders: Object.fromEntries([...taken].map(summed)) }
}

async function measured(input) {
  const own = await mkdtemp(join(folder, 'run-'))
  const script = fileURLToPath(new URL('run.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)('node', [script, JSON.stringify({ ...input, folder: own })])
  await rm(own, { recursive: true })
  return JSON.parse(stdout)
}

function summed([name, runs]) {
  const of = key => runs.map(run => run[key]).filter(value => value !== undefined)
  const rates = of('pagesPerSecond')
  const medians = Object.fromEntries(Object.keys(runs[0]).map(key => [key, median(of(key))]))
  return [name, { ...medians, slowest: Math.min(...rates), fastest: Math.max(...rates) }]
}

function report(results) {
  const machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`
  console.log(machine)
  for (const { perPage, pages: count, contenders, targets, cpuUs } of results) {
    console.log(
      `\n${count} pages of ${perPage} records      pages/s (slowest-fastest)   CPU us/page  RSS MiB  summary`,
    )
    for (const [name, one] of Object.entries(contenders)) console.log(line(name, one))
    const ours = contenders[OURS]
    for (const [name, atLeast] of Object.entries(targets))
      if (ours && contenders[name]) {
        const ratio = ours.pagesPerSecond / contenders[name].pagesPerSecond
        console.log(
          `  ${ratio.toFixed(2)} x ${name} (${ratio >= atLeast ? 'reached' : 'missed'}: ${atLeast})`,
        )
      }
    if (cpuUs && ours)
      console.log(`  ${ours.cpuUs.toFixed(0)} us (${ours.cpuUs <= cpuUs ? 'reached' : 'missed'}: ${cpuUs})`)
  }
  const file = fileURLToPath(new URL('../results/acquire.json', import.meta.url))
  mkdirSync(fileURLToPath(new URL('../results', import.meta.url)), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ machine, concurrency: CONCURRENCY, results }, undefined, 2)}\n`)
}

function line(name, { pagesPerSecond, slowest, fastest, cpuUs, rssMiB, summaryShare }) {
  const [rate, slow, fast] = [pagesPerSecond, slowest, fastest].map(value => value.toFixed(0))
  const share = summaryShare === undefined ? '' : `${(summaryShare * 100).toFixed(1)} %`
  const spread = `(${slow}-${fast})`
  return [
    name.padEnd(32),
    rate.padStart(6),
    spread.padEnd(20),
    cpuUs.toFixed(0).padStart(11),
    rssMiB.toFixed(0).padStart(8),
    share.padStart(8),
  ].join(' ')
}
