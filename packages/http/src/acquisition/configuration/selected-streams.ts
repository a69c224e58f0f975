import type { StreamLimits } from '../fetch/index.js'
import { byEndpoint, strictest } from '../fetch/index.js'
import type { Secrets } from '../secrets/index.js'
import type { StreamConfig } from '../streams/index.js'
import { parentsOf } from '../streams/index.js'
import type { PipelineConfig } from './pipeline-config.js'

/** Which streams are meant. Both together: those of either. Default: all. */
export interface StreamChoice {
  readonly sources?: readonly string[] | undefined
  /** Full names, or those within their source where only one stream is called so. */
  readonly streams?: readonly string[] | undefined
}

/** A pipeline of some of its streams. */
export interface SelectedStreams {
  readonly config: PipelineConfig
  /** Full names of parents that are taken along, since what was chosen is taken for their records. */
  readonly alongside: readonly string[]
}

/**
 * The pipeline with the chosen streams alone, and their parents. It is a pipeline of its own: a run of it that
 * is not finished cannot go on as one of the whole. Rates stay those of the whole.
 * @throws RangeError for a name that there is not, or that several streams have.
 */
export function selectStreams(
  config: PipelineConfig,
  { sources = [], streams = [] }: StreamChoice,
  secrets: Secrets,
): SelectedStreams {
  if (sources.length + streams.length === 0) return { config, alongside: [] }
  const chosen = new Set([
    ...sources.flatMap(name => ofSource(name, config.streams)),
    ...streams.map(name => streamCalled(name, config.streams)),
  ])
  const taken = new Set([...chosen].flatMap(name => [name, ...ancestorsOf(name, config.streams)]))
  return {
    config: { ...config, streams: asBefore(config.streams, secrets).filter(({ name }) => taken.has(name)) },
    alongside: [...taken].filter(name => !chosen.has(name)),
  }
}

/**
 * Streams that would be left behind for good: the state of their parent moves, and what is new in it now is not
 * new to the next run. By the name of the parent.
 */
export function leftBehind(
  { streams: all }: PipelineConfig,
  { streams: taken }: PipelineConfig,
): ReadonlyMap<string, readonly string[]> {
  const names = new Set(taken.map(({ name }) => name))
  const incremental = taken.filter(({ since }) => since !== undefined)
  return new Map(
    incremental
      .map(({ name }) => [name, missingBelow(name, all, names)] as const)
      .filter(([, missing]) => missing.length > 0),
  )
}

function missingBelow(parent: string, all: readonly StreamConfig[], taken: ReadonlySet<string>): string[] {
  const below = all
    .filter(stream => parentsOf(stream.for).some(({ each }) => each === parent))
    .map(({ name }) => name)
  return below.flatMap(name => [...(taken.has(name) ? [] : [name]), ...missingBelow(name, all, taken)])
}

/** The full name of the stream that is meant. @throws RangeError when there is none, or several. */
export function streamCalled(called: string, streams: readonly StreamConfig[]): string {
  const names = streams.map(({ name }) => name)
  if (names.includes(called)) return called
  const found = streams.filter(({ name, source }) => name === `${source}.${called}`)
  const [only] = found
  if (only !== undefined && found.length === 1) return only.name
  const allowed = (only === undefined ? names : found.map(({ name }) => name)).join(', ')
  const problem = only === undefined ? 'there is no stream' : 'several streams are called'
  throw new RangeError(`${problem} ${JSON.stringify(called)}; allowed are ${allowed}`)
}

function ofSource(source: string, streams: readonly StreamConfig[]): string[] {
  const found = streams.filter(stream => stream.source === source)
  if (found.length > 0) return found.map(({ name }) => name)
  const allowed = [...new Set(streams.map(one => one.source))].join(', ')
  throw new RangeError(`there is no source ${JSON.stringify(source)}; allowed are ${allowed}`)
}

function ancestorsOf(name: string, streams: readonly StreamConfig[]): string[] {
  const parents = parentsOf(streams.find(stream => stream.name === name)?.for)
  return parents.flatMap(({ each }) => [...ancestorsOf(each, streams), each])
}

/** Streams that share an endpoint keep to the strictest of them, also when that one is not taken. */
function asBefore(streams: readonly StreamConfig[], secrets: Secrets): readonly StreamConfig[] {
  const shared = new Map<string, Partial<StreamLimits>>(
    [...byEndpoint(streams, secrets).values()].flatMap(sharing => {
      const limits = strictest(sharing)
      return sharing.map(({ name }) => [name, limits] as const)
    }),
  )
  return streams.map(stream => ({ ...stream, limits: { ...stream.limits, ...shared.get(stream.name) } }))
}
