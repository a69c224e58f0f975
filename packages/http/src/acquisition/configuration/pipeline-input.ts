import * as z from 'zod'
import { withOneId } from './id-schema.js'
import { pipelineSchema, streamSchema } from './pipeline-schema.js'
import { withSharedDefinitions } from './shared-definitions.js'
import { ofSources } from './written-streams.js'

type Flat = Omit<z.input<typeof streamSchema>, 'ownLimits'>

/** A stream of a source that has several: its own keys, and those that it has otherwise than its source. */
export type StreamInput = Partial<Omit<Flat, (typeof ofSources)[number]>> & Pick<Flat, 'name'>

/** A source as it is written: of one stream, or with a list of them. */
export type SourceInput =
  | (Flat & { readonly streams?: undefined })
  | (Partial<Flat> & Pick<Flat, 'name' | 'baseUrl'> & { readonly streams: readonly StreamInput[] })

/**
 * A pipeline as its file has it, as an object: the same keys, durations and sizes as texts (`500ms`, `64MiB`),
 * the same defaults for what is left out, and `${NAME}` for values of the environment. docs/pipeline.md
 * explains each key.
 */
export type PipelineInput = Omit<z.input<typeof pipelineSchema>, 'sources'> & {
  readonly sources: readonly SourceInput[]
}

/** The JSON Schema of the file, for editors: `schemas/pipeline.schema.json` holds what this returns. */
export function pipelineJsonSchema(): Readonly<Record<string, unknown>> {
  const flat = streamSchema.omit({ ownLimits: true, hooks: true })
  const stream = flat.omit(keysOf(ofSources)).partial().required({ name: true })
  const streams = z.array(stream).min(1)
  const api = flat.partial().required({ name: true, baseUrl: true }).extend({ streams })
  const written = pipelineSchema.extend({ sources: z.array(z.union([withOneId(flat), api])).min(1) })
  const schema = z.toJSONSchema(written, { io: 'input', unrepresentable: 'any' })
  return { ...withSharedDefinitions(schema), title: 'async-patterns pipeline' }
}

function keysOf<K extends string>(keys: readonly K[]): Record<K, true> {
  return Object.fromEntries(keys.map(key => [key, true])) as Record<K, true>
}

/** What may be said of a stream, wherever. */
export const streamKeys: readonly string[] = Object.keys(streamSchema.shape).filter(
  key => key !== 'ownLimits',
)
