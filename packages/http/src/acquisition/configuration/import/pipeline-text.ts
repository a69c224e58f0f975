import { Document, isMap, isSeq } from 'yaml'
import type { Json } from './emit/values.js'
import { sharedKeys } from './planned-sources.js'
import type { PlannedSource, PlannedStream, SourcePlan } from './planned-sources.js'
import { parentsOf, pathBehind } from './planned-sources.js'

type Keys = Readonly<Record<string, Json | undefined>>

/** What stands in the pipeline beside its streams. */
export interface PipelineParts {
  readonly plan: SourcePlan
  readonly limits: Keys
  /** At the top. */
  readonly heading: readonly string[]
  /** At the end. */
  readonly closing: readonly string[]
}

/** The text of the pipeline file. */
export function pipelineText({ plan, limits, heading, closing }: PipelineParts): string {
  const sources = plan.sources.map(source => sourceKeys(source, plan, limits))
  const document = new Document(
    { sources: sources.map(({ keys }) => keys) },
    { aliasDuplicateObjects: false },
  )
  for (const [at, { notes }] of sources.entries()) commentStreams(document, at, notes)
  const body = document.toString({ lineWidth: 110, singleQuote: true, flowCollectionPadding: true })
  return `${comment(heading)}${body}${closing.length === 0 ? '' : `\n${comment(closing)}`}`
}

function comment(lines: readonly string[]): string {
  return lines.map(line => `${line === '' ? '#' : `# ${line}`}\n`).join('')
}

interface WrittenSource {
  readonly keys: Keys
  /** By stream. */
  readonly notes: readonly (readonly string[])[]
}

function sourceKeys(source: PlannedSource, plan: SourcePlan, limits: Keys): WrittenSource {
  const streams = source.streams.map(
    (one): Keys => ({ ...streamKeys(one, plan), path: pathBehind(source, one) }),
  )
  const hasAuth = streams.some(one => one['auth'] !== undefined)
  const own = hasAuth ? streams.map(one => ({ ...one, auth: one['auth'] ?? { type: 'none' } })) : streams
  const shared = sharedKeys(own)
  const tries = source.streams.flatMap(({ draft }) => draft.maxAttempts ?? [])
  const allLimits = { ...limits, ...(tries.length > 0 && { retry: { maxAttempts: Math.max(...tries) } }) }
  return {
    keys: {
      name: source.name,
      baseUrl: source.baseUrl,
      ...shared,
      ...(Object.keys(allLimits).length > 0 && { limits: allLimits }),
      streams: own.map(one => without(one, Object.keys(shared))),
    },
    notes: source.streams.map(notesOf),
  }
}

function notesOf({ draft, name, isOnlyParent }: PlannedStream): readonly string[] {
  return [
    ...(isOnlyParent ? ['Only for its children: the manifest does not list it.'] : []),
    ...(name === draft.name ? [] : [`In the manifest: ${draft.name}`]),
    ...draft.notes.map(note => `Look here: ${note}.`),
  ]
}

function streamKeys({ draft, name }: PlannedStream, plan: SourcePlan): Keys {
  const parents = parentsOf(draft)
  const parts = draft.config['for'] as readonly Keys[] | undefined
  let at = 0
  const named = parts?.map(part => {
    if (!Object.hasOwn(part, 'each')) return part
    const parent = parents[at++]
    return parent === undefined ? part : { ...part, each: plan.nameFor(parent, draft) }
  })
  const [only] = named ?? []
  return defined({
    name,
    ...(draft.auth !== undefined && { auth: defined(draft.auth) }),
    ...draft.config,
    ...(named !== undefined && { for: named.length === 1 && only !== undefined ? only : named }),
  })
}

/** Without what has no value, at any depth. */
function defined(keys: Keys): Record<string, Json> {
  return JSON.parse(JSON.stringify(keys)) as Record<string, Json>
}

function without(keys: Keys, names: readonly string[]): Keys {
  return Object.fromEntries(Object.entries(keys).filter(([name]) => !names.includes(name)))
}

function commentStreams(document: Document, at: number, notes: readonly (readonly string[])[]): void {
  const streams = document.getIn(['sources', at, 'streams'])
  if (!isSeq(streams)) return
  for (const [index, lines] of notes.entries()) {
    const stream = streams.items[index]
    if (isMap(stream) && lines.length > 0) stream.commentBefore = lines.map(line => ` ${line}`).join('\n')
  }
}
