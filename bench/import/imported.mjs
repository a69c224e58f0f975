/** What the importer makes of a manifest, given made settings. */
import { parse, stringify } from 'yaml'

/** `{ pipeline, environment, converted, refused }`; settings that expressions calculate with are handed to it. */
export function imported(importManifest, text, { name, settings, now }) {
  const options = { file: 'manifest.yaml', name, now }
  const set = {}
  let result = importManifest(text, options)
  for (let round = 0; round < 4; round += 1) {
    const needed = result.refused.flatMap(({ settings: paths = [] }) => paths).filter(path => !(path in set))
    const known = needed.filter(path => settingAt(settings, path) !== undefined)
    if (known.length === 0) break
    for (const path of known) set[path] = textOf(settingAt(settings, path))
    result = importManifest(text, { ...options, set })
  }
  return { ...result, set, environment: environmentOf(result.variables, settings) }
}

const settingAt = (settings, path) => path.split('.').reduce((node, key) => node?.[key], settings)

const textOf = value =>
  Array.isArray(value) ? value.join(',') : typeof value === 'object' ? JSON.stringify(value) : String(value)

function environmentOf(variables, settings) {
  const entries = variables.map(({ variable, setting }) => [variable, settingAt(settings, setting)])
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined).map(([name, value]) => [name, textOf(value)]),
  )
}

/** The pipeline without its services' rates, with an output folder of its own. */
export function unhurried(pipeline, output) {
  const document = parse(pipeline)
  for (const source of document.sources) {
    source.limits = { rate: 100_000, concurrency: 8 }
    for (const stream of source.streams ?? []) delete stream.limits
  }
  return stringify({ ...document, output, workers: 1 }, { aliasDuplicateObjects: false })
}
