/**
 * `make bench-load`: our generator and engines beside wrk, autocannon and undici, on a private nginx with one
 * worker, interleaved, medians of several rounds, each contender in a process of its own. Then our counts
 * against nginx's, and the engine against wrk on the 5 ms mock. Writes results/load.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { spawnMock } from '@async-patterns/http/mock'
import { median } from '../patterns/measure.mjs'
import { contenders, ourLoad } from './contenders.mjs'
import { startNginx } from './nginx.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    duration: { type: 'string', default: '3' },
  },
})
const rounds = Number(values.rounds)
const duration = Number(values.duration)

/** What is to be reached: a contender, the one it is held against, and how much of that. */
const targets = [
  { on: 'nginx', name: 'ours', against: 'wrk', atLeast: 0.85 },
  { on: 'nginx', name: 'ours', against: 'autocannon', atLeast: 2 },
  { on: 'nginx', name: 'AsyncEngine over wire', against: 'autocannon', atLeast: 1 },
  { on: 'nginx', name: 'AsyncEngine over undici', against: 'undici Pool dispatch', atLeast: 0.8 },
  { on: 'mock 5 ms', name: 'AsyncEngine over wire', against: 'wrk', atLeast: 0.9 },
]

const nginx = await startNginx()
const onNginx = await interleaved(nginx.url, Object.keys(contenders))
const counts = await compareCounts()
await nginx.close()
const mock = await spawnMock('http', ['--latency', '5ms'])
const onMock = await interleaved(`${mock.urls.http}/`, ['AsyncEngine over wire', 'wrk'])
await mock.close()
report({ nginx: onNginx, 'mock 5 ms': onMock })

/** Requests a second of each, round by round, so that a machine that drifts drifts for all. */
async function interleaved(url, names) {
  const rates = Object.fromEntries(names.map(name => [name, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      const rate = await contenders[name](url, duration)
      rates[name].push(Math.round(rate))
      console.log(`round ${round}  ${name.padEnd(24)} ${String(Math.round(rate)).padStart(8)}/s`)
    }
  }
  return rates
}

async function compareCounts() {
  const before = await nginx.requests()
  const { requests } = await ourLoad(nginx.url, '--duration', `${duration}s`)
  const after = await nginx.requests()
  return { ours: requests.total, nginx: after - before }
}

function report(rates) {
  const rows = targets.map(({ on, name, against, atLeast }) => {
    const ratio = median(rates[on][name]) / median(rates[on][against])
    return { on, name, against, atLeast, ratio: Math.round(ratio * 100) / 100, reached: ratio >= atLeast }
  })
  for (const { on, name, against, ratio, atLeast, reached } of rows) {
    console.log(
      `${on}: ${name} / ${against} = ${ratio} (at least ${atLeast}): ${reached ? 'reached' : 'NOT reached'}`,
    )
  }
  console.log(
    `counts: ours ${counts.ours}, nginx ${counts.nginx}: ${counts.ours === counts.nginx ? 'equal' : 'DIFFERENT'}`,
  )
  const medians = Object.fromEntries(
    Object.entries(rates).map(([on, of]) => [
      on,
      Object.fromEntries(Object.entries(of).map(([name, all]) => [name, median(all)])),
    ]),
  )
  write({ environment: environment(), medians, rates, rows, counts })
}

function environment() {
  const [processor] = cpus()
  return {
    node: process.version,
    cpu: processor?.model,
    cores: cpus().length,
    loadAverage: loadavg(),
    rounds,
    duration,
  }
}

function write(content) {
  const folder = fileURLToPath(new URL('../results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}load.json`, `${JSON.stringify(content, null, 2)}\n`)
  console.log('written to bench/results/load.json')
}
