/** What the importer makes of a manifest, given made settings. */
import { parse, stringify } from 'yaml'
import { CdkStream } from './cdk-stream.mjs'
import { readManifest, streamsOf } from './manifest-model.mjs'
import { str } from './python.mjs'

/**
 * `{ pipeline, environment, converted, refused }`; settings that expressions calculate with, and those that it says
 * are not set, or at their defaults, are handed to it.
 */
export function imported(importManifest, text, { name, settings, now }) {
  const options = { file: 'manifest.yaml', name, now }
  const set = {}
  let result = importManifest(text, options)
  for (let round = 0; round < 4; round += 1) {
    const wished = [
      ...result.refused.flatMap(({ settings: paths = [] }) => paths),
      ...absentIn(result.pipeline),
      ...defaultsIn(result.pipeline),
    ]
    const needed = wished.filter(path => !(path in set))
    const known = needed.filter(path => settingAt(settings, path) !== undefined)
    if (known.length === 0) break
    for (const path of known) set[path] = textOf(settingAt(settings, path))
    result = importManifest(text, { ...options, set })
  }
  const environment = { ...environmentOf(result.variables, settings), ...loginOf(text, settings, now) }
  return { ...result, set, environment }
}

/** Settings that the heading says are not set. */
function absentIn(pipeline = '') {
  const [, names = ''] = /^# Settings that are not set;.*\n((?:# {3}.*\n)*)/m.exec(pipeline) ?? []
  return names.split('\n').flatMap(line => line.match(/(?<=^# {3})\S.*/) ?? [])
}

/** Settings that the heading says are at their defaults. */
function defaultsIn(pipeline = '') {
  const [, lines = ''] = /^# Settings at their defaults.*\n((?:# {3}.*\n)*)/m.exec(pipeline) ?? []
  return lines.split('\n').flatMap(line => /^# {3}([^=]+)=/.exec(line)?.[1] ?? [])
}

/** What a user of the pipeline makes of user and password where a login itself wants them. */
function loginOf(text, settings, now) {
  const found = []
  const visit = node => {
    if (node === null || typeof node !== 'object') return
    const { authenticator } = node.login_requester ?? {}
    if (authenticator?.type === 'BasicHttpAuthenticator') found.push(authenticator)
    Object.values(node).forEach(visit)
  }
  for (const { definition } of streamsOf(readManifest(text))) visit(definition)
  const [basic] = found
  if (basic === undefined) return {}
  const stream = new CdkStream({}, { settings, now })
  const [user, password] = ['username', 'password'].map(key => str(stream.text(basic[key] ?? '', basic)))
  return { LOGIN_BASIC: Buffer.from(`${user}:${password}`).toString('base64') }
}

const settingAt = (settings, path) => path.split('.').reduce((node, key) => node?.[key], settings)

const textOf = value =>
  Array.isArray(value) && value.every(one => typeof one !== 'object')
    ? value.join(',')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)

function environmentOf(variables, settings) {
  const entries = variables.map(({ variable, setting }) => [variable, settingAt(settings, setting)])
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined).map(([name, value]) => [name, textOf(value)]),
  )
}

/**
 * The pipeline without its services' rates and waits, with an output folder of its own. Every stream meets a fault, and time
 * passes fast: the breaker of so many streams stays closed, and no request is given up.
 */
export function unhurried(pipeline, output) {
  const document = parse(pipeline)
  for (const source of document.sources) {
    source.limits = { rate: 100_000, concurrency: 8, timeout: '10m', breaker: { failureThreshold: 1000 } }
    for (const stream of source.streams ?? []) delete stream.limits
    for (const { responses = [] } of [source, ...(source.streams ?? [])])
      for (const rule of responses) if (rule.for !== undefined) rule.for = '1s'
  }
  return stringify({ ...document, output, workers: 1 }, { aliasDuplicateObjects: false })
}
