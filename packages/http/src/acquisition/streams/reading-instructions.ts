import type { ResponseRule } from '../fetch/index.js'
import { defaultRules, observedPaths, probesOf } from '../fetch/index.js'
import type { InferredTypes, ReadingInstructions, RecordRules } from '../records/index.js'
import { READING_HOOKS } from '../records/index.js'
import { addRulesOf } from './added-fields.js'
import { pageEndRules, pagingPathsOf } from './pagination/kinds.js'
import type { Child } from './partitions/children.js'
import { childPlanOf } from './partitions/children.js'
import type { StreamConfig } from './stream-config.js'
import { sentReferences } from './stream-references.js'

/** The rules by which its responses are judged, and for which its pages are read. */
export function responseRulesOf({ responses = [], errorPath }: StreamConfig): readonly ResponseRule[] {
  return [...responses, ...defaultRules(errorPath)]
}

/** What a worker thread has to know of a stream to read its pages. `types`: those that earlier runs have learnt. */
export function readingInstructionsOf(
  stream: StreamConfig,
  children: readonly Child[] = [],
  types?: InferredTypes,
): ReadingInstructions {
  const { contract = 'evolve' } = stream
  return {
    stream: stream.name,
    format: stream.format,
    records: stream.records,
    observe: observedPaths(responseRulesOf(stream)),
    probes: probesOf(responseRulesOf(stream)),
    paging: pagingPathsOf(stream),
    endWhen: pageEndRules(stream.pagination),
    lift: stream.lift,
    where: stream.where,
    since: sinceReading(stream),
    ...recordRulesOf(stream),
    add: addRulesOf(stream),
    schema: types === undefined || contract === 'evolve' ? undefined : { types, contract },
    maxRecords: stream.limits.maxRecordsPerPage,
    maxBytes: stream.limits.maxPageBytes,
    timeMs: stream.limits.pageTimeMs,
    children: children.map(childPlanOf),
    hooks: readingHooks(stream),
  }
}

/** Records from before are left out here where the server cannot know what is asked for. */
function sinceReading(stream: StreamConfig): ReadingInstructions['since'] {
  const { since } = stream
  if (since === undefined) return undefined
  const isSent = since.param !== undefined || sentReferences(stream).some(({ root }) => root === 'since')
  const { field, type, fieldFormat } = since
  return { field, type, fieldFormat, filter: since.filter ?? !isSent }
}

/** Threads get those of a module by importing it; others stay in this one. */
function readingHooks({ hooks = {}, hookModule }: StreamConfig): ReadingInstructions['hooks'] {
  const names = READING_HOOKS.filter(name => hooks[name] !== undefined)
  if (names.length === 0) return undefined
  if (hookModule === undefined) return { functions: hooks }
  return { module: { url: hookModule.url, places: hookModule.places } }
}

function recordRulesOf({ id, keep, drop, keys, flatten, mapping }: StreamConfig): RecordRules {
  return { id, keep, drop, keys, flatten, mapping }
}
