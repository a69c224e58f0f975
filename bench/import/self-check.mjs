/**
 * Takes every stream of a folder of manifests (NAME/manifest.yaml) from its mock by a plain client, and compares
 * with what a perfect run holds: how many streams the mock can serve, and why the others not.
 *
 *   node bench/import/self-check.mjs FOLDER [--only NAME] [--show]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { difference } from './compare.mjs'
import { ManifestMock } from './manifest-mock.mjs'
import { readManifest } from './manifest-model.mjs'
import { ReferenceClient } from './reference-client.mjs'
import { Service } from './service.mjs'
import { madeSettings } from './settings.mjs'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, show: { type: 'boolean', default: false } },
})
const [folder] = positionals
if (folder === undefined) {
  console.error('error: name the folder of the manifests')
  process.exit(2)
}

const names = readdirSync(folder).filter(name => existsSync(join(folder, name, 'manifest.yaml')))
const reasons = new Map()
const totals = { manifests: 0, streams: 0, served: 0, records: 0, requests: 0, interruptions: 0, logins: 0 }
for (const name of names) if ((flags.only ?? name) === name) check(name)
console.log(totals)
for (const [reason, streams] of [...reasons].sort((a, b) => b[1].length - a[1].length))
  console.log(`${streams.length}  ${reason}  e.g. ${streams.slice(0, 3).join(' ')}`)

function check(name) {
  const now = Date.now()
  const manifest = readManifest(readFileSync(join(folder, name, 'manifest.yaml'), 'utf8'))
  const settings = madeSettings(manifest, { now })
  const service = new Service({ manifest, settings, now: () => now, seed: name })
  const mock = new ManifestMock(service)
  const client = new ReferenceClient(service, request => mock.handle(request))
  const views = [...service.views]
  for (const [stream, view] of views) service.attempt(stream, () => read(service, client, view))
  totals.manifests += 1
  totals.streams += manifest.streams.length + (manifest.dynamicStreams ?? []).length
  totals.served += service.views.size
  for (const key of ['requests', 'interruptions', 'logins']) totals[key] += mock.counts[key]
  for (const [stream, reason] of service.refused) {
    if (flags.show) console.log(`${name}/${stream}: ${reason}`)
    reasons.set(short(reason), [...(reasons.get(short(reason)) ?? []), `${name}/${stream}`])
  }
}

function read(service, client, view) {
  const taken = client.read(view)
  const wanted = service.truth(view).map(({ record }) => record)
  const { missing, extra } = difference(wanted, taken)
  if (missing.length > 0 || extra.length > 0)
    throw new Error(`records: ${missing.length} missing, ${extra.length} too many`)
  totals.records += taken.length
}

const short = reason => reason.replace(/\d+ (missing|too many)/g, 'some $1').slice(0, 90)
