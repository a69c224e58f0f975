import type { PipelineConfig } from '../configuration/index.js'
import { planIdentity } from '../configuration/index.js'
import { endpointOf } from '../fetch/index.js'
import type { PlannedStream, RunPlan } from '../ledger/index.js'
import { fieldTypes } from '../records/index.js'
import type { Secrets } from '../secrets/index.js'
import type { StreamConfig } from '../streams/index.js'
import { paginationOf, UrlSecrets } from '../streams/index.js'

/** What the ledger has to know of a run before it begins. */
export function planOf(config: PipelineConfig, secrets: Secrets, version: string): RunPlan {
  return {
    name: config.name,
    ...planIdentity(config, secrets),
    version,
    streams: config.sources.map(stream => plannedStream(stream, secrets)),
  }
}

function plannedStream(stream: StreamConfig, secrets: Secrets): PlannedStream {
  return {
    name: stream.name,
    endpoint: endpointOf(stream, secrets),
    limitPerSecond: stream.limits.ratePerSecond,
    numericFields: Object.entries(stream.mapping)
      .filter(([name, { type }]) => name !== 'id' && fieldTypes[type].isNumeric)
      .map(([name]) => name),
    first: new UrlSecrets(stream, secrets).sealPage(paginationOf(stream).first()),
  }
}
