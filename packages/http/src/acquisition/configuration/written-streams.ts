import { isRecord } from '../records/index.js'
import type { ConfigProblem } from './config-error.js'
import type { ConfigSource, PathStep } from './config-source.js'
import { pathText, valueAt } from './config-source.js'
import { unknownKey } from './config-problems.js'

type Mapping = Readonly<Record<string, unknown>>

/** One stream as it is written: its source's keys with its own over them. */
export interface WrittenStream {
  /** Of the source. */
  readonly source: string
  readonly data: unknown
  /** Where in the file a value of `data` is written, or should be. */
  written(path: readonly PathStep[]): readonly PathStep[]
}

/** Keys that are an API's alone. */
export const ofSources = ['baseUrl', 'proxy', 'tls', 'allowPrivate', 'redirects', 'cookies'] as const

const notOfStreams: ReadonlySet<string> = new Set(ofSources)

/** Keys whose entries a stream adds to those of its source; it replaces all others as a whole. */
const MERGED: ReadonlySet<string> = new Set(['headers', 'query', 'limits', 'hooks'])

/** Limits that hold for a stream beside its source's, and do not take their place. */
const BESIDE: ReadonlySet<string> = new Set(['rate', 'quota', 'concurrency'])

/**
 * The streams of all sources, each as if it were a source of one stream. `keys`: those that a source of one
 * stream may have.
 */
export function writtenStreams(
  data: unknown,
  file: ConfigSource,
  keys: readonly string[],
): { readonly streams: readonly WrittenStream[]; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = []
  const sources = valueAt(data, ['sources'])
  const streams = (Array.isArray(sources) ? sources : []).flatMap((source: unknown, index) => {
    const at = ['sources', index]
    if (!isRecord(source) || source['streams'] === undefined) return [onlyStream(source, at)]
    const { streams: own, ...shared } = source
    const refuse = (path: readonly PathStep[], allowed: string): WrittenStream[] => {
      const message = `${pathText(path)} is ${own === null ? 'empty' : 'no such thing'}; allowed is ${allowed}`
      problems.push({ path: pathText(path), place: file.placeOf(path), message })
      return []
    }
    if (!Array.isArray(own) || own.length === 0)
      return refuse([...at, 'streams'], 'a list of at least one stream')
    return own.flatMap((stream: unknown, place) => {
      const path = [...at, 'streams', place]
      if (!isRecord(stream)) return refuse(path, 'a mapping with the key name and more')
      const known = ['name', ...keys.filter(key => key !== 'name' && !notOfStreams.has(key))]
      const foreign = Object.keys(stream).filter(key => !known.includes(key))
      problems.push(...foreign.map(key => unknownKey([...path, key], known, file)))
      return [streamOf(shared, withoutKeys(stream, foreign), at, path)]
    })
  })
  return { streams, problems }
}

function onlyStream(source: unknown, at: readonly PathStep[]): WrittenStream {
  const name = isRecord(source) ? String(source['name']) : ''
  return { source: name, data: source, written: path => [...at, ...path] }
}

function streamOf(
  source: Mapping,
  stream: Mapping,
  atSource: readonly PathStep[],
  atStream: readonly PathStep[],
): WrittenStream {
  const { limits, ...rest } = stream
  const own = ownLimits(limits)
  return {
    source: String(source['name']),
    data: {
      ...source,
      ...rest,
      ...Object.fromEntries([...MERGED].map(key => [key, merged(source[key], stream[key], key)] as const)),
      ...bothRules(source['responses'], stream['responses']),
      name: fullName(source['name'], stream['name']),
      ...(own !== undefined && { ownLimits: own }),
    },
    written: path => {
      const [root = '', ...inner] = path
      if (root === 'ownLimits') return [...atStream, 'limits', ...inner]
      if (root === 'name') return [...atStream, 'name']
      const [index] = inner
      const ownRules = stream['responses']
      if (root === 'responses' && Array.isArray(ownRules) && typeof index === 'number') {
        const isOwn = index < ownRules.length
        const at = isOwn ? [...atStream, root, index] : [...atSource, root, index - ownRules.length]
        return [...at, ...inner.slice(1)]
      }
      if (valueAt(stream, path) !== undefined) return [...atStream, ...path]
      const isShared = valueAt(source, path) !== undefined || (!(root in stream) && root in source)
      return [...(isShared ? atSource : atStream), ...path]
    },
  }
}

/** Rules are asked one after the other, the stream's own first. */
function bothRules(source: unknown, stream: unknown): Mapping {
  return Array.isArray(source) && Array.isArray(stream) ? { responses: [...stream, ...source] } : {}
}

function fullName(source: unknown, stream: unknown): unknown {
  return typeof source === 'string' && typeof stream === 'string' ? `${source}.${stream}` : stream
}

/** Undefined where neither is given; what is no mapping is left to the schema. */
function merged(source: unknown, stream: unknown, key: string): unknown {
  if (source === undefined && stream === undefined) return undefined
  if (!isRecord(source ?? {}) || !isRecord(stream ?? {})) return stream ?? source
  const own = key === 'limits' ? withoutKeys((stream ?? {}) as Mapping, [...BESIDE]) : stream
  return { ...(source as Mapping), ...(own as Mapping) }
}

function ownLimits(limits: unknown): Mapping | undefined {
  if (!isRecord(limits)) return undefined
  const own = Object.fromEntries(Object.entries(limits).filter(([key]) => BESIDE.has(key)))
  return Object.keys(own).length === 0 ? undefined : own
}

function withoutKeys(mapping: Mapping, keys: readonly string[]): Mapping {
  return Object.fromEntries(Object.entries(mapping).filter(([key]) => !keys.includes(key)))
}
