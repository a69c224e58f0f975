import type { SinkConfig } from '../sinks/index.js'
import { isSink, sinkKindOf, streamsOf } from '../sinks/index.js'
import type { ConfigProblem } from './config-error.js'
import type { ProblemContext } from './config-problems.js'
import type { PathStep } from './config-source.js'
import { pathText } from './config-source.js'
import type { PipelineFile } from './pipeline-schema.js'
import type { WrittenStream } from './written-streams.js'

/** What of the sinks does not fit the pipeline's sources, or each other. */
export function sinkProblems(
  { sinks, sources }: PipelineFile,
  { file }: ProblemContext,
  written: readonly WrittenStream[],
): readonly ConfigProblem[] {
  const streams = sources.map(({ name }, index) => ({ name, source: written[index]?.source ?? name }))
  const tell = (path: readonly PathStep[], value: unknown, allowed: string): ConfigProblem => ({
    path: pathText(path),
    place: file.placeOf(path),
    message: `${pathText(path)} is ${JSON.stringify(value)}; allowed is ${allowed}`,
  })
  return sinks.flatMap((sink, index) => {
    const at = (key: string) => ['sinks', index, key]
    const earlier = sinks.slice(0, index).some(({ name }) => name === sink.name)
    const repeated = earlier ? [tell(at('name'), sink.name, 'a name that no other sink has')] : []
    if (isSink(sink)) return repeated
    const known = [...new Set(streams.flatMap(({ name, source }) => [source, name]))]
    const unknown = sink.sources?.find(name => !known.includes(name))
    if (unknown !== undefined)
      return [...repeated, tell(at('sources'), unknown, `one of ${known.join(', ')}`)]
    const problems = sinkKindOf(sink.type).problems?.(sink, streamsOf(streams, sink.sources)) ?? []
    const valueOf = (option: string): unknown => sink[option as keyof SinkConfig]
    return [...repeated, ...problems.map(({ option, allowed }) => tell(at(option), valueOf(option), allowed))]
  })
}
