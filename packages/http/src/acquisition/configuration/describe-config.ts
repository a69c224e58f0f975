import { publicUrl } from '../../display/index.js'
import { proxyFromEnvironment } from '../../engines/index.js'
import { isSecretPlace } from './configured-secrets.js'
import type { Environment } from './environment-values.js'
import type { PipelineFile } from './pipeline-schema.js'
import type { ProblemContext } from './config-problems.js'
import type { PathStep } from './config-source.js'
import { pathText } from './config-source.js'

export interface DescribedConfig extends Omit<ProblemContext, 'data'> {
  readonly effective: PipelineFile
  readonly environment: Environment
}

/** One line for each value: its path, the value, and where it came from. No secret is shown. */
export function describeConfig(config: DescribedConfig): string {
  const lines = leaves(config.effective).map(({ path, value }) => {
    const written = config.written(path)
    const text = `${pathText(written)}: ${shownValue(written, value, config)}`
    return [text, originOf(path, written, config)] as const
  })
  const width = Math.min(72, Math.max(...lines.map(([text]) => text.length)))
  // What streams have of their source stands there, once.
  return [...new Set(lines.map(([text, origin]) => `${text.padEnd(width)}  # ${origin}`))].join('\n')
}

interface Leaf {
  readonly path: readonly PathStep[]
  readonly value: unknown
}

function leaves(value: unknown, path: readonly PathStep[] = []): Leaf[] {
  const isLeaf =
    typeof value !== 'object' || value === null || (Array.isArray(value) && typeof value[0] !== 'object')
  if (isLeaf) return value === undefined ? [] : [{ path, value }]
  const isArray = Array.isArray(value)
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, isArray ? Number(key) : key]))
}

function shownValue(path: readonly PathStep[], value: unknown, { uses, secrets }: DescribedConfig): string {
  if (typeof value === 'function') return 'a function'
  const use = uses.find(one => pathText(one.path) === pathText(path))
  if (use !== undefined) return secrets.redact(use.written)
  if (isSecretPlace(path)) return '[redacted]'
  if (typeof value !== 'string') return secrets.redact(JSON.stringify(value))
  return secrets.redact(path.at(-1) === 'proxy' ? publicUrl(value) : value || '""')
}

function originOf(path: readonly PathStep[], place: readonly PathStep[], config: DescribedConfig): string {
  const { file, overrides } = config
  const isRate = path[0] === 'sources' && path[2] === 'limits' && path[3] === 'rate'
  const key = isRate ? 'rateLimit' : path.length === 1 ? path[0] : undefined
  const override = [...overrides].find(([name]) => name === key)?.[1]
  if (override !== undefined) return override.from
  const written = file.has(place) ? place : isRate && file.has(['rateLimit']) ? ['rateLimit'] : undefined
  if (written !== undefined) return file.placeOf(written)
  return proxyVariable(path, config) ?? 'default'
}

function proxyVariable(
  [root, index, key]: readonly PathStep[],
  { effective, environment }: DescribedConfig,
): string | undefined {
  const source = root === 'sources' && key === 'proxy' ? effective.sources[Number(index)] : undefined
  return source && proxyFromEnvironment(source.baseUrl, environment)?.variable
}
