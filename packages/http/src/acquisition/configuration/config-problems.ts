import { inspect } from 'node:util'
import type { core } from 'zod'
import { publicUrl } from '../../display/index.js'
import type { Secrets } from '../secrets/index.js'
import { closest } from './closest.js'
import type { ConfigProblem } from './config-error.js'
import { mayHoldSecret } from './configured-secrets.js'
import type { EnvironmentUse } from './environment-values.js'
import type { Overrides } from './overrides.js'
import type { ConfigSource, PathStep } from './config-source.js'
import { pathText, valueAt } from './config-source.js'

/** What is needed to say where a problem lies and what stands there. */
export interface ProblemContext {
  readonly file: ConfigSource
  readonly data: unknown
  readonly overrides: Overrides
  readonly uses: readonly EnvironmentUse[]
  readonly secrets: Secrets
  /** Where what the schema sees is written. */
  readonly written: (path: readonly PathStep[]) => readonly PathStep[]
}

/** A schema's issue as problems that name path, value, what is allowed, and the place. */
export function problemsOf(issue: core.$ZodIssue, context: ProblemContext): readonly ConfigProblem[] {
  const seen = issue.path.filter(step => typeof step !== 'symbol')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, MOST_UNKNOWN)
      .map(key => unknownKey(context.written([...seen, key]), issue.message.split(', '), context.file))
  }
  const path = context.written(seen)
  const value = valueAt(context.data, path)
  const name = pathText(path) || 'the file'
  const message =
    value === undefined
      ? `${name} is missing; it must be ${issue.message}`
      : `${name} is ${shownValue(value, path, context)}; allowed is ${issue.message}`
  return [{ path: pathText(path), place: placeOf(path, context), message: clipped(message) }]
}

/** Of one mapping so many are told: where more are unknown, it is another file that was meant. */
const MOST_UNKNOWN = 20

export function unknownKey(
  path: readonly PathStep[],
  known: readonly string[],
  file: ConfigSource,
): ConfigProblem {
  const similar = closest(String(path.at(-1)), known)
  const hint = similar === undefined ? `allowed are ${known.join(', ')}` : `did you mean "${similar}"?`
  return {
    path: pathText(path),
    place: file.placeOf(path, true),
    message: `${pathText(path)} is an unknown key; ${hint}`,
  }
}

function placeOf(path: readonly PathStep[], { file, overrides }: ProblemContext): string {
  const override = path.length === 1 ? [...overrides].find(([key]) => key === path[0])?.[1] : undefined
  return override?.from ?? file.placeOf(path)
}

/** As it stands in the file, without what is or may be a credential. */
function shownValue(value: unknown, path: readonly PathStep[], context: ProblemContext): string {
  const { data, uses, secrets } = context
  if (value === null && data === null) return 'empty'
  const use = uses.find(one => pathText(one.path) === pathText(path))
  if (use !== undefined) return secrets.redact(`${JSON.stringify(use.written)} from the environment`)
  if (mayHoldSecret(path, value)) return '[redacted]'
  const isUrl = typeof value === 'string' && /^[a-z][\w+.-]*:\/|@/i.test(value)
  return secrets.redact(written(isUrl ? publicUrl(value) : value))
}

/** Deeper down than one level may stand whatever belongs elsewhere. */
function written(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : inspect(value)
  const items = Object.values(value)
  if (Array.isArray(value)) return items.some(isObject) ? 'a list' : `[${items.map(written).join(',')}]`
  return items.length === 0 ? '{}' : 'a mapping'
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

const longestMessage = 500

function clipped(message: string): string {
  if (message.length <= longestMessage) return message
  const [before = '', after = ''] = message.split(/; (?=allowed is )/)
  return `${before.slice(0, longestMessage)}…; ${after}`
}

/** Names that occur twice: ledger and summary tell sources and streams apart by them. */
export function repeatedNames({ file, data }: ProblemContext): readonly ConfigProblem[] {
  const sources = valueAt(data, ['sources'])
  const all = listOf(sources)
  return [
    ...repeatedIn(all, ['sources'], 'source', file),
    ...all.flatMap((source, index) =>
      repeatedIn(
        listOf(valueAt(source, ['streams'])),
        ['sources', index, 'streams'],
        'stream of the source',
        file,
      ),
    ),
  ]
}

function repeatedIn(
  list: readonly unknown[],
  at: readonly PathStep[],
  what: string,
  file: ConfigSource,
): ConfigProblem[] {
  const known = new Set<unknown>()
  return list.flatMap((item, index) => {
    const path = [...at, index, 'name']
    const name = valueAt(item, ['name'])
    if (name === undefined || !known.has(name)) {
      known.add(name)
      return []
    }
    const message = `${pathText(path)} is ${JSON.stringify(name)}; allowed is a name that no other ${what} has`
    return [{ path: pathText(path), place: file.placeOf(path), message }]
  })
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
