import { hash } from 'node:crypto'
import type { PipelineConfig, SourceConfig } from '../config.js'
import type { RunPlan } from '../ledger.js'
import { isSecretHeader, isSecretName } from '../secrets.js'

/** What a run is recognised by: `RunPlan` without what only the run itself knows. */
export type PlanIdentity = Pick<RunPlan, 'configHash' | 'parts'>

/**
 * Hashes of all that decides which data are taken, per source and part. Limits, workers and folders are left out, and
 * so are credentials: a rotated key continues the same run.
 */
export function planIdentity(config: PipelineConfig): PlanIdentity {
  const parts = Object.fromEntries(config.sources.flatMap(source => Object.entries(partsOf(source))))
  return { configHash: digest(parts), parts }
}

function partsOf(source: SourceConfig): Record<string, string> {
  const { name, baseUrl, path, query, headers, pagination, records, errorPath, total, mapping } = source
  return {
    [`${name}.endpoint`]: digest({ baseUrl, path }),
    [`${name}.query`]: digest(without(query, isSecretName)),
    [`${name}.headers`]: digest(without(headers, isSecretHeader)),
    [`${name}.pagination`]: digest(pagination),
    [`${name}.records`]: digest({ records, errorPath, total }),
    [`${name}.mapping`]: digest(mapping),
  }
}

/** That a credential is sent counts, which one does not. */
function without(
  values: Readonly<Record<string, string>>,
  isSecret: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isSecret(name) ? '' : value]),
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
