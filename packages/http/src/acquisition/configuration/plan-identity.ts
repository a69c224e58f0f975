import { hash } from 'node:crypto'
import type { RunPlan } from '../ledger/index.js'
import { isSecretHeader, isSecretName, isSecretOption, Secrets } from '../secrets/index.js'
import type { StreamConfig } from '../streams/index.js'
import type { PipelineConfig } from './pipeline-config.js'

/** What a run is recognised by: `RunPlan` without what only the run itself knows. */
export type PlanIdentity = Pick<RunPlan, 'configHash' | 'parts'>

/**
 * Hashes of all that decides which data are taken, per stream and part. Limits, workers and folders are left
 * out, and so are credentials, wherever they stand: a rotated key continues the same run, and no hash of it
 * is stored.
 */
export function planIdentity(config: PipelineConfig, secrets: Secrets): PlanIdentity {
  const credentials = new Secrets(secrets.credentials)
  const parts = Object.fromEntries(
    config.streams.flatMap(stream => Object.entries(partsOf(stream, credentials))),
  )
  return { configHash: digest(parts), parts }
}

function partsOf(stream: StreamConfig, credentials: Secrets): Record<string, string> {
  const { name, baseUrl, path, query, headers, method, body, auth, pagination, mapping } = stream
  const { records, lift, where, add, id, keep, drop, keys, flatten, errorPath, total } = stream
  // JSON is what a stream is that names none.
  const format = stream.format?.type === 'json' ? undefined : stream.format
  return {
    [`${name}.endpoint`]: digest({
      baseUrl: credentials.redactWhole(baseUrl),
      path: without(path, isSecretName, credentials),
    }),
    [`${name}.query`]: digest(without(query, isSecretName, credentials)),
    ...(body !== undefined && {
      [`${name}.body`]: digest({ method, body: without(body, isSecretName, credentials) }),
    }),
    ...(stream.since !== undefined && { [`${name}.since`]: digest(stream.since) }),
    ...(stream.for !== undefined && { [`${name}.for`]: digest(stream.for) }),
    [`${name}.headers`]: digest(without(headers, isSecretHeader, credentials)),
    ...(auth !== undefined && { [`${name}.auth`]: digest(without(auth, isSecretOption, credentials)) }),
    [`${name}.pagination`]: digest(pagination),
    [`${name}.records`]: digest({
      format,
      records,
      lift,
      where,
      add,
      id,
      keep,
      drop,
      keys,
      flatten,
      errorPath,
      total,
    }),
    ...(mapping !== undefined && { [`${name}.mapping`]: digest(mapping) }),
    ...codeOf(stream),
  }
}

/**
 * The file that has the hooks, as functions in it may call each other; without one the text of the hooks. How a request
 * is signed decides nothing.
 */
function codeOf({ name, hooks = {}, hookModule }: StreamConfig): Record<string, string> {
  const { authorize: _signs, ...taking } = hooks
  const texts = Object.entries(taking).map(([key, hook]) => [key, hookModule?.hash ?? String(hook)] as const)
  return texts.length === 0 ? {} : { [`${name}.hooks`]: digest(Object.fromEntries(texts)) }
}

/** That a credential is sent counts, which one does not; at any depth. */
function without(
  value: unknown,
  isSecret: (name: string) => boolean,
  credentials: Secrets,
  key = '',
): unknown {
  if (isSecret(key)) return ''
  if (typeof value === 'string') return credentials.redactWhole(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, without(item, isSecret, credentials, name)]),
  )
}

function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(sorted(value)), 'hex').slice(0, 16)
}

/** The order of keys in the file means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  )
}
