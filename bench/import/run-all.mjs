/**
 * Imports every manifest of a folder (NAME/manifest.yaml), runs each pipeline against a mock that the manifest
 * itself describes, and compares every record. Counts, and failures by reason, go to bench/results/import.json.
 *
 *   node bench/import/run-all.mjs FOLDER [--only NAME] [--from N] [--to N] [--show REASON] [--seconds 120] [--out FILE]
 *
 * IMPORTER and ENGINE name other builds of `acquisition/index.js`. Default: those of this work tree.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from 'async-patterns'
import { UndiciTransport } from '../../packages/http/dist/engines/index.js'
import { FastClock } from './fast-clock.mjs'
import { imported, unhurried } from './imported.mjs'
import { ManifestMock } from './manifest-mock.mjs'
import { readManifest } from './manifest-model.mjs'
import { MockServer, MockTransport } from './mock-server.mjs'
import { Service } from './service.mjs'
import { madeSettings } from './settings.mjs'
import { wrongRecords } from './truth.mjs'

const OWN = fileURLToPath(new URL('../../packages/http/dist/acquisition/index.js', import.meta.url))
const { importManifest } = await import(process.env.IMPORTER ?? OWN)
const { acquire, parseConfig } = await import(process.env.ENGINE ?? OWN)
const FASTER = 20
const plainly = (_, value) => (typeof value === 'bigint' ? String(value) : value)

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    from: { type: 'string', default: '0' },
    to: { type: 'string', default: '100000' },
    show: { type: 'string' },
    seconds: { type: 'string', default: '120' },
    out: { type: 'string' },
  },
})
const [folder] = positionals
if (folder === undefined) {
  console.error('error: name the folder of the manifests')
  process.exit(2)
}

const server = new MockServer()
const port = await server.listen()
const inner = new UndiciTransport({ maxConnections: 64 })
const names = readdirSync(folder)
  .filter(name => existsSync(join(folder, name, 'manifest.yaml')) && (flags.only ?? name) === name)
  .slice(Number(flags.from), Number(flags.to))
const results = []
for (const name of names) {
  const from = performance.now()
  const one = await tried(name)
  results.push(one)
  console.error(`${name} ${tally(one.streams)}, ${Math.round(performance.now() - from)} ms`)
}
await inner.close()
await server.close()
report()
process.exit(0)

/** `{ name, streams: [{ name, outcome, reason }] }`: right, wrong, unserved, refused or failed. */
async function tried(name) {
  try {
    return { name, streams: await run(name) }
  } catch (error) {
    const message =
      error.problems
        ?.map(({ path, message }) => `${path}: ${message}`)
        .slice(0, 2)
        .join('; ') ?? String(error.stack)
    return { name, streams: [{ name: '*', outcome: 'failed', reason: message.slice(0, 400) }] }
  }
}

async function run(name) {
  const now = Date.now()
  const text = readFileSync(join(folder, name, 'manifest.yaml'), 'utf8')
  const manifest = readManifest(text)
  const settings = madeSettings(manifest, { now })
  const service = new Service({ manifest, settings, now: () => now, seed: name })
  const mock = new ManifestMock(service)
  const source = imported(importManifest, text, { name, settings, now })
  const refused = source.refused.map(one => ({
    name: one.name,
    outcome: 'refused',
    reason: `${one.about}: ${one.detail}`,
  }))
  if (source.pipeline === undefined) return refused
  server.mocks.set(name, mock)
  const output = mkdtempSync(join(tmpdir(), 'import-'))
  try {
    const taken = await takenBy(source, { name, output })
    return [...refused, ...source.converted.map(one => verdict({ service, mock, taken, ...one }))]
  } finally {
    mock.isOver = true
    rmSync(output, { recursive: true, force: true })
  }
}

/** Runs the pipeline; what it delivered, by stream. */
async function takenBy({ pipeline, environment }, { name, output }) {
  const { config } = parseConfig(unhurried(pipeline, output), `${name}.yaml`, { environment })
  const streams = new Map()
  const statuses = new Map()
  const results = {
    async write(run) {
      for (const stream of run.streams) streams.set(stream, await records(run, stream))
    },
  }
  const summary = await acquire(config, {
    transport: new MockTransport(inner, { name, port }),
    clock: new FastClock(systemClock, FASTER),
    results,
    fresh: true,
    signal: AbortSignal.timeout(Number(flags.seconds) * 1000),
  })
  for (const one of summary.streams ?? summary.sources) statuses.set(one.name ?? one.source, one)
  return { streams, statuses, status: summary.run.status, end: summary.run.end }
}

async function records(run, stream) {
  const found = new Map()
  for await (const change of run.records(stream)) {
    if (change.fields === null) found.delete(change.id)
    else found.set(change.id, change)
  }
  return [...found.values()]
}

function verdict({ service, mock, taken, name, fullName }) {
  const view = service.views.get(name)
  if (view === undefined)
    return { name, outcome: 'unserved', reason: service.refused.get(name) ?? 'not in the model' }
  const changes = taken.streams.get(fullName)
  if (changes === undefined) return { name, outcome: 'wrong', reason: `no stream ${fullName} in the run` }
  const status = taken.statuses.get(fullName)
  const wrong = wrongRecords(service, view, changes)
  const problem = mock.problems.find(text => text.includes(`${view.stream.name}: `))
  if (wrong !== undefined) return { name, outcome: 'wrong', status: status?.status, problem, ...wrong }
  if (status?.status !== undefined && status.status !== 'complete')
    return { name, outcome: 'wrong', reason: `status ${status.status}`, problem }
  return problem === undefined
    ? { name, outcome: 'right', records: changes.length }
    : { name, outcome: 'wrong', reason: 'right records, by a request that was not expected', problem }
}

function report() {
  const all = results.flatMap(({ name, streams }) => streams.map(one => ({ manifest: name, ...one })))
  const counts = groupBy(all, ({ outcome }) => outcome)
  const number = outcome => counts[outcome]?.length ?? 0
  const records = (counts.right ?? []).reduce((sum, one) => sum + one.records, 0)
  const whole = results.filter(
    ({ streams }) => streams.length > 0 && streams.every(({ outcome }) => outcome === 'right'),
  ).length
  const totals = {
    manifests: results.length,
    right: number('right'),
    wrong: number('wrong'),
    unserved: number('unserved'),
    refused: number('refused'),
    failed: number('failed'),
    records,
    whole,
  }
  console.log(totals)
  for (const outcome of ['failed', 'wrong', 'unserved']) print(outcome, counts[outcome] ?? [])
  if (flags.show !== undefined)
    console.log(
      JSON.stringify(
        all.filter(one => `${one.reason}${one.problem}`.includes(flags.show)),
        plainly,
        1,
      ),
    )
  const path = flags.out ?? fileURLToPath(new URL('../results/import.json', import.meta.url))
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(
    path,
    `${JSON.stringify({ kind: 'import', at: new Date().toISOString(), totals, failures: grouped(all.filter(one => !['right', 'refused'].includes(one.outcome))) }, plainly, 2)}\n`,
  )
}

function tally(streams) {
  const groups = Object.entries(groupBy(streams, ({ outcome }) => outcome))
  return groups.map(([outcome, { length }]) => `${length} ${outcome}`).join(', ')
}

function groupBy(list, keyOf) {
  const groups = {}
  for (const one of list) (groups[keyOf(one)] ??= []).push(one)
  return groups
}

function grouped(list) {
  const groups = groupBy(list, one => `${one.outcome}: ${short(one)}`)
  const entries = Object.entries(groups).map(([reason, members]) => ({
    reason,
    count: members.length,
    streams: members.slice(0, 20).map(one => `${one.manifest}/${one.name}`),
  }))
  return entries.sort((a, b) => b.count - a.count)
}

/** A reason without what differs from stream to stream. */
function short({ reason = '', problem }) {
  const place =
    problem === undefined
      ? ''
      : ` (${/: ((?:query|body|form|path|host|method|text|header)\S*)[^|]*?(is missing|wanted none|wanted)/.exec(problem)?.slice(1, 3).join(' ') ?? 'no stream asks there'})`
  return `${reason.split('\n')[0].slice(0, 110)}${place}`
}

function print(outcome, list) {
  for (const { reason, count, streams } of grouped(list).slice(0, 25))
    console.log(`${outcome} ${count}  ${reason}  e.g. ${streams.slice(0, 2).join(' ')}`)
}
