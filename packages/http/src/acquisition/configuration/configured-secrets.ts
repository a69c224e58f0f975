import {
  credentialAfterScheme,
  isSecretHeader,
  isSecretName,
  isSecretOption,
  isSecretVariable,
  Secrets,
} from '../secrets/index.js'
import { isRecord } from '../records/index.js'
import { literalOf } from '../references/index.js'
import { parametersOf, splitUrl } from '../streams/index.js'
import type { EnvironmentUse } from './environment-values.js'
import type { PathStep } from './config-source.js'
import { withoutStream } from './config-source.js'

/**
 * The parts of a source that travel to it; what the environment gives elsewhere (a folder, a name) is no
 * secret.
 */
const travelling = new Set<PathStep | undefined>([
  'baseUrl',
  'path',
  'query',
  'headers',
  'body',
  'auth',
  'proxy',
])

/** Whether a value at this place is a credential by its name: `sources[0].headers.authorization`. */
export function isSecretPlace(place: readonly PathStep[]): boolean {
  const path = withoutStream(place)
  const [root, , part] = path
  const name = path.at(-1)
  if (root !== 'sources' || path.length < 4 || typeof name !== 'string') return false
  if (part === 'auth') return isSecretOption(name)
  return part === 'headers'
    ? isSecretHeader(name)
    : (part === 'query' || part === 'body') && isSecretName(name)
}

/**
 * Whether what stands at this place may be a credential although it is of no use as one: anything in the
 * headers, whose names may be wrong, and a query or authorization that is not made of parts with names.
 */
export function mayHoldSecret(place: readonly PathStep[], value: unknown): boolean {
  const path = withoutStream(place)
  const [root, , part] = path
  if (root !== 'sources' || part === undefined) return false
  if (path.length === 3) return /^(?:headers|query|body|auth)$/.test(String(part)) && !isRecord(value)
  return part === 'headers' || path.some((_, index) => isSecretPlace(path.slice(0, index + 1)))
}

/**
 * All secrets of a configuration that may be invalid still: what the environment gave to a request (URLs
 * apart), credentials by their names, and what a base URL holds before its `@`. The latter two are
 * credentials, and so is what a variable gave whose name says so; any other value of the environment may be
 * an ordinary word.
 */
export function configuredSecrets(data: unknown, uses: readonly EnvironmentUse[]): Secrets {
  const given = uses
    .filter(({ path }) => path[0] === 'sources' && travelling.has(withoutStream(path)[2]))
    .flatMap(({ values, names }) => values.map((value, index) => ({ value, name: names[index] as string })))
    .filter(({ value }) => !isPlainUrl(value))
  const credentials = given.filter(({ name }) => isSecretVariable(name)).map(({ value }) => value)
  for (const { path: place, value: text } of leaves(data)) {
    const value = literalOf(text)
    const path = withoutStream(place)
    if (isSecretPlace(path)) credentials.push(value, credentialAfterScheme(value) ?? value)
    if (path[2] === 'baseUrl' || path[2] === 'proxy') credentials.push(...userInfo(value))
    if (path[2] === 'path' && path.length === 3) credentials.push(...secretsInQuery(value))
  }
  return new Secrets([...given.map(({ value }) => value), ...credentials], credentials)
}

function* leaves(
  value: unknown,
  path: readonly PathStep[] = [],
): Generator<{ path: readonly PathStep[]; value: string }> {
  if (typeof value === 'object' && value !== null) {
    const isArray = Array.isArray(value)
    for (const [key, item] of Object.entries(value))
      yield* leaves(item, [...path, isArray ? Number(key) : key])
  } else if (typeof value === 'string' || typeof value === 'number') yield { path, value: String(value) }
}

/** Of a path such as `/items?api_key=…`, as they are and as they are written. */
function secretsInQuery(path: string): string[] {
  return parametersOf(splitUrl(path).query)
    .filter(({ name }) => isSecretName(name))
    .flatMap(({ text, value }) => [value, text.slice(text.indexOf('=') + 1)])
}

function isPlainUrl(value: string): boolean {
  return /^https?:\/\//i.test(value) && userInfo(value).length === 0 && !value.includes('?')
}

/** What a URL holds before its `@`, as it is written and as it is meant. */
export function userInfo(value: string): string[] {
  if (!URL.canParse(value)) return []
  const { username, password } = new URL(value)
  return [username, password].flatMap(part => [part, decodeURIComponent(part)]).filter(part => part !== '')
}
