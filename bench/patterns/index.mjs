/**
 * `make bench-patterns`: ours and the peers side by side, interleaved, medians of several rounds. Each case
 * runs in a process of its own, so that what one case taught the compiler does not help or hurt another.
 * Writes results/patterns.json: name, ours ns, peer, peer ns, ratio (peer / ours: above 1, ours is faster).
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measure } from './measure.mjs'
import { cases as resilience } from './resilience.mjs'
import { cases as semaphore } from './semaphore.mjs'
import { cases as stores } from './stores.mjs'

const cases = [...semaphore, ...resilience, ...stores]
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    child: { type: 'string' },
  },
})

if (values.child !== undefined) {
  const one = cases.find(each => each.name === values.child)
  console.log(JSON.stringify(await measure(one, Number(values.rounds))))
} else {
  report(cases.filter(one => one.name.includes(values.only)).flatMap(compare))
}

function compare(one) {
  const self = fileURLToPath(import.meta.url)
  const args = ['--expose-gc', self, '--child', one.name, '--rounds', values.rounds]
  const results = JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  const ours = results.find(result => result.name === 'ours')
  const rows = results
    .filter(result => result !== ours)
    .map(peer => ({
      name: one.name,
      oursNs: round(ours.ns),
      oursSpreadNs: [round(ours.min), round(ours.max)],
      atMostNs: one.atMostNs,
      peer: peer.name,
      peerNs: round(peer.ns),
      peerSpreadNs: [round(peer.min), round(peer.max)],
      ratio: Math.round((peer.ns / ours.ns) * 100) / 100,
    }))
  for (const row of rows) {
    console.log(
      `${row.name.padEnd(28)} ${String(row.oursNs).padStart(6)} ns (at most ${row.atMostNs})   ${row.peer.padEnd(22)} ${String(row.peerNs).padStart(7)} ns   ${row.ratio}x`,
    )
  }
  return rows
}

function round(ns) {
  return Math.round(ns)
}

function report(rows) {
  const folder = fileURLToPath(new URL('../results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const environment = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    rounds: Number(values.rounds),
  }
  writeFileSync(`${folder}patterns.json`, `${JSON.stringify({ environment, rows }, null, 2)}\n`)
  console.log('written to bench/results/patterns.json')
}
