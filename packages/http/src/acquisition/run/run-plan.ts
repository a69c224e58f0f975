import type { PipelineConfig, SourceConfig } from '../streams/config.js'
import { planIdentity } from '../configuration/plan-identity.js'
import { endpointOf } from '../fetch/endpoint-limiter.js'
import type { PlannedSource, RunPlan } from '../ledger/ledger.js'
import { paginationOf } from '../streams/pagination/pagination-of.js'
import type { Secrets } from '../secrets/secrets.js'
import { SourceUrlSecrets } from '../streams/requests/url-secrets.js'

/** What the ledger has to know of a run before it begins. */
export function planOf(config: PipelineConfig, secrets: Secrets, version: string): RunPlan {
  return {
    ...planIdentity(config, secrets),
    version,
    sources: config.sources.map(source => plannedSource(source, secrets)),
  }
}

function plannedSource(source: SourceConfig, secrets: Secrets): PlannedSource {
  return {
    name: source.name,
    endpoint: endpointOf(source, secrets),
    limitPerSecond: source.limits.ratePerSecond,
    first: new SourceUrlSecrets(source, secrets).sealPage(paginationOf(source).first()),
  }
}
