import type { PipelineConfig } from '../configuration/index.js'
import { planIdentity } from '../configuration/index.js'
import { byEndpoint, strictest } from '../fetch/index.js'
import type { PageRef, PlannedStream, RunBeginning, RunPlan } from '../ledger/index.js'
import { numericFieldsOf } from '../records/index.js'
import type { Secrets } from '../secrets/index.js'
import type { StreamConfig } from '../streams/index.js'
import {
  fixedPartitions,
  hookPart,
  parentsOf,
  partitionPage,
  StreamPages,
  UrlSecrets,
} from '../streams/index.js'

/** What the ledger has to know of a run before it begins. */
export function planOf(config: PipelineConfig, secrets: Secrets, version: string): RunPlan {
  const places = new Map(
    [...byEndpoint(config.streams, secrets)].flatMap(([endpoint, sharing]) => {
      const { ratePerSecond: limitPerSecond, quota = [] } = strictest(sharing)
      return sharing.map(({ name, ownLimits }) => {
        const quotaMs = Math.max(
          0,
          ...[...quota, ...(ownLimits?.quota ?? [])].map(({ windowMs }) => windowMs),
        )
        return [name, { endpoint, limitPerSecond, quotaMs }] as const
      })
    }),
  )
  return {
    name: config.name,
    ...planIdentity(config, secrets),
    version,
    streams: config.streams.map(stream => ({
      ...(places.get(stream.name) as NonNullable<ReturnType<typeof places.get>>),
      ...plannedStream(stream, secrets),
    })),
  }
}

function plannedStream(
  stream: StreamConfig,
  secrets: Secrets,
): Omit<PlannedStream, 'endpoint' | 'limitPerSecond' | 'quotaMs'> {
  const parts = new StreamPages(stream, { id: '', startedAt: 0 })
  const { mapping = {} } = stream
  const parents = parentsOf(stream.for)
  return {
    name: stream.name,
    numericFields: numericFieldsOf(mapping),
    fields: Object.keys(mapping).filter(name => name !== 'id'),
    quality: stream.quality ?? {},
    markDeleted: stream.markDeleted,
    isIncremental: stream.since !== undefined || parents.some(({ onlyChanged }) => onlyChanged),
    parents: parents.map(({ each }) => each),
    partitions:
      stream.since === undefined ? [] : Array.from(fixedPartitions(stream.for, 0), one => parts.keyOf(one)),
    first: beginning => firstPages(stream, beginning, secrets),
  }
}

/** One after the other: of many parts nobody holds all. */
function* firstPages(stream: StreamConfig, beginning: RunBeginning, secrets: Secrets): Generator<PageRef> {
  const pages = new StreamPages(stream, beginning)
  const urls = new UrlSecrets(stream, secrets)
  if (hookPart(stream.for) !== undefined) return yield partitionPage(stream.name, 1)
  for (const partition of fixedPartitions(stream.for, beginning.startedAt))
    yield urls.sealPage(pages.first(partition, beginning.cursors.get(pages.keyOf(partition))))
}
