import type { ConfigProblem } from './config-error.js'
import type { ConfigSource, PathStep } from './config-source.js'
import { pathText, withoutStream } from './config-source.js'
import { escaped } from '../references/index.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where `${NAME}` stood, and what it became. */
export interface EnvironmentUse {
  readonly path: readonly PathStep[]
  /** The text as the file has it: `Bearer ${TOKEN}`. */
  readonly written: string
  readonly values: readonly string[]
  /** The variables, in the order of their values. */
  readonly names: readonly string[]
}

export interface Substituted {
  readonly data: unknown
  readonly uses: readonly EnvironmentUse[]
  readonly problems: readonly ConfigProblem[]
}

/** Where texts may hold references, which no value of the environment is. */
const templates: ReadonlySet<PathStep | undefined> = new Set(['path', 'query', 'headers', 'body', 'add'])

function literal(text: string, path: readonly PathStep[]): string {
  const [root, , part] = withoutStream(path)
  return root === 'sources' && templates.has(part) ? escaped(text) : text
}

/** `${NAME}`; `$${` writes `${` itself. */
const reference = /\$\$\{|\$\{([^}]*)\}?/g
const validName = /^[A-Za-z_]\w*$/

/**
 * Puts the environment's values for `${NAME}` into all texts; an unset name is a problem that names it and
 * its line.
 */
export function substitute(file: ConfigSource, environment: Environment): Substituted {
  const uses: EnvironmentUse[] = []
  const problems: ConfigProblem[] = []

  const walk = (value: unknown, path: readonly PathStep[]): unknown => {
    if (typeof value === 'string') return value.includes('${') ? substituteText(value, path) : value
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, [...path, checkedKey(key, path)])]),
    )
  }

  /** No schema sees this key, so that what is under it would be dropped and nothing said. */
  const checkedKey = (key: string, path: readonly PathStep[]): string => {
    const whole = [...path, key]
    const message = `${pathText(whole)} has a name that cannot be used; choose another`
    if (key === '__proto__')
      problems.push({ path: pathText(whole), place: file.placeOf(whole, true), message })
    return key
  }

  const substituteText = (written: string, path: readonly PathStep[]): string => {
    const values: string[] = []
    const names: string[] = []
    const text = written.replace(reference, (match, name: string | undefined) => {
      if (match === '$${') return literal('${', path)
      const value = lookUp(match, name ?? '', path)
      values.push(value)
      names.push(name ?? '')
      return literal(value, path)
    })
    if (values.length > 0) uses.push({ path, written, values, names })
    return text
  }

  const lookUp = (match: string, name: string, path: readonly PathStep[]): string => {
    const value = environment[name]
    const isWellFormed = match.endsWith('}') && validName.test(name)
    if (isWellFormed && value !== undefined && value !== '') return value
    // What is no name may be a value, a default perhaps, and is not shown.
    const message = isWellFormed
      ? `${pathText(path)} needs the environment variable ${name}, which is not set`
      : `${pathText(path)} holds a \${…} that is no name; allowed is \${NAME} with letters, digits and _, and nothing else`
    problems.push({ path: pathText(path), place: file.placeOf(path), message })
    return match
  }

  return { data: walk(file.data, []), uses, problems }
}
