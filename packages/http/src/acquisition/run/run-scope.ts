import type { Clock } from 'async-patterns'
import type { AcquireEvent } from './acquire-event.js'
import type { PipelineConfig } from '../streams/config.js'
import type { Ledger, Run } from '../ledger/ledger.js'
import type { RunControl } from './run-control.js'
import type { Secrets } from '../secrets/secrets.js'

/** What all parts of one run share. */
export interface RunScope {
  readonly config: PipelineConfig
  readonly run: Run
  readonly ledger: Ledger
  readonly control: RunControl
  readonly clock: Clock
  readonly secrets: Secrets
  readonly onEvent: (event: AcquireEvent) => void
}
