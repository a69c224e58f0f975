// Runs the importer over every manifest of a folder (NAME/manifest.yaml, with NAME/metadata.yaml where there is
// one), writes the pipelines, loads each, and prints the counts and the table of reasons.
//   node bench/import/convert-all.mjs FOLDER [--out FOLDER] [--no-set] [--show REASON] [--no-load]
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { importManifest, parseConfig } from '../../packages/http/dist/acquisition/index.js'
import { settingValue } from './setting-values.mjs'

const NOW = Date.UTC(2026, 1, 28)

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'out/pipelines' },
    'no-set': { type: 'boolean', default: false },
    'no-load': { type: 'boolean', default: false },
    show: { type: 'string' },
    only: { type: 'string' },
  },
})
const [folder] = positionals
if (folder === undefined) {
  console.error('error: name the folder of the manifests')
  process.exit(2)
}

const names = readdirSync(folder).filter(name => existsSync(join(folder, name, 'manifest.yaml')))
const results = names.filter(name => flags.only === undefined || name === flags.only).map(convert)
mkdirSync(flags.out, { recursive: true })
for (const { name, imported } of results) {
  if (imported?.pipeline !== undefined) writeFileSync(join(flags.out, `${name}.yaml`), imported.pipeline)
}
const loaded = new Map(flags['no-load'] ? [] : results.map(result => [result.name, problemsOf(result)]))
print()

/** Converts one; a second time with values for the settings that expressions calculate with. */
function convert(name) {
  const text = readFileSync(join(folder, name, 'manifest.yaml'), 'utf8')
  const options = { file: 'manifest.yaml', name, now: NOW }
  const isCertified = certified(name)
  try {
    let imported = importManifest(text, options)
    const set = {}
    for (let round = 0; round < 4 && !flags['no-set']; round++) {
      const needed = [...new Set(imported.refused.flatMap(({ settings = [] }) => settings))].filter(
        one => !(one in set),
      )
      if (needed.length === 0) break
      const specification = parse(text, { version: '1.1', merge: true }).spec?.connection_specification
      for (const setting of needed) set[setting] = settingValue(specification, setting)
      imported = importManifest(text, { ...options, set })
    }
    return { name, imported, set, isCertified }
  } catch (error) {
    return { name, error, set: {}, isCertified }
  }
}

function certified(name) {
  const file = join(folder, name, 'metadata.yaml')
  return existsSync(file) && parse(readFileSync(file, 'utf8'))?.data?.supportLevel === 'certified'
}

/** What the loader says, with something for each variable. */
function problemsOf({ name, imported }) {
  if (imported?.pipeline === undefined) return []
  const environment = Object.fromEntries(
    imported.variables.map(({ variable }) => [variable, fakeValue(variable, imported.pipeline)]),
  )
  try {
    parseConfig(imported.pipeline, `${name}.yaml`, { environment })
    return []
  } catch (error) {
    return (error.problems ?? [{ message: String(error.stack), path: '' }]).map(({ path, message }) => ({
      path,
      message,
    }))
  }
}

function fakeValue(variable, pipeline) {
  if (new RegExp(`(?:baseUrl|url|tokenUrl): ['"]?\\$\\{${variable}\\}`).test(pipeline))
    return 'https://x.example'
  if (/DATE|SINCE|START|FROM|TO$/.test(variable)) return '2024-01-01'
  if (/URL|ENDPOINT|HOST|DOMAIN|SERVER/.test(variable)) return 'x.example'
  return 'x1'
}

function print() {
  const streams = { converted: 0, refused: 0 }
  const certifiedStreams = { converted: 0, refused: 0 }
  let whole = 0
  let certifiedWhole = 0
  const reasons = new Map()
  for (const { name, imported, error, isCertified } of results) {
    if (error !== undefined) console.log(`FAULT ${name}: ${error.stack}`)
    const converted = imported?.converted.length ?? 0
    const refused = imported?.refused ?? []
    streams.converted += converted
    streams.refused += refused.length
    if (isCertified) {
      certifiedStreams.converted += converted
      certifiedStreams.refused += refused.length
    }
    if (converted > 0 && refused.length === 0) whole++
    if (isCertified && converted > 0 && refused.length === 0) certifiedWhole++
    for (const reason of refused) {
      const entry = reasons.get(reason.about) ?? { streams: 0, sources: new Map(), details: new Map() }
      entry.streams++
      entry.sources.set(name, (entry.sources.get(name) ?? 0) + 1)
      const shown = reason.detail.replace(/^(its parent \S+: )+/, '').slice(0, 150)
      const detail = entry.details.get(shown) ?? { count: 0, where: `${name}:${reason.line}` }
      detail.count++
      entry.details.set(shown, detail)
      reasons.set(reason.about, entry)
    }
  }
  const accepted = [...loaded.values()].filter(problems => problems.length === 0).length
  const total = streams.converted + streams.refused
  console.log(`streams: ${streams.converted} of ${total} converted (${percent(streams.converted, total)})`)
  console.log(`whole sources: ${whole} of ${results.length}`)
  console.log(
    `certified: ${certifiedStreams.converted} of ${certifiedStreams.converted + certifiedStreams.refused} streams, ${certifiedWhole} whole sources of ${results.filter(one => one.isCertified).length}`,
  )
  const withSet = results.filter(({ set }) => Object.keys(set).length > 0).length
  console.log(`sources that needed --set: ${withSet}`)
  if (!flags['no-load']) console.log(`accepted by the loader: ${accepted} of ${results.length}`)
  console.log('\nreasons: streams, sources')
  for (const [about, { streams: count, sources, details }] of [...reasons].sort(
    (a, b) => b[1].streams - a[1].streams,
  )) {
    console.log(`${String(count).padStart(5)} ${String(sources.size).padStart(4)}  ${about}`)
    if (flags.show === undefined || (flags.show !== 'all' && !about.includes(flags.show))) continue
    for (const [text, { count: n, where }] of [...details]
      .sort((a, b) => b[1].count - a[1].count)
      .slice(0, 40))
      console.log(`         ${String(n).padStart(4)}  ${text}  (${where})`)
  }
  printProblems()
}

function printProblems() {
  const problems = new Map()
  for (const [name, found] of loaded) {
    for (const { path, message } of found) {
      const key = `${path.replace(/\[\d+\]/g, '[]').replace(/(query|headers|add|json|form)\..*/, '$1.*')}: ${message.replace(/.*? (is|needs|holds|has) /, '$1 ').slice(0, 160)}`
      const entry = problems.get(key) ?? { count: 0, name }
      entry.count++
      problems.set(key, entry)
    }
  }
  if (problems.size > 0) console.log('\nproblems that the loader tells')
  for (const [key, { count, name }] of [...problems].sort((a, b) => b[1].count - a[1].count).slice(0, 40))
    console.log(`${String(count).padStart(5)}  ${key}  (${name})`)
}

function percent(part, whole) {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`
}
