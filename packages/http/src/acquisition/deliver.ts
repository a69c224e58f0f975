import { existsSync } from 'node:fs'
import type { Clock } from 'async-patterns'
import { checkOptions, systemClock } from 'async-patterns'
import type { SinkSummary } from '../measurements/index.js'
import type { PipelineConfig, PipelineInput } from './configuration/index.js'
import { usableConfig } from './configuration/index.js'
import { LedgerError, SqliteLedger } from './ledger/index.js'
import type { Secrets } from './secrets/index.js'
import type { DeliveredEvent, DeliveryFailedEvent } from './sinks/index.js'
import { Deliveries, resultPaths } from './sinks/index.js'

/** To which sinks is delivered, and who follows it. */
export interface DeliverOptions {
  /** Names of sinks. Default: all of the pipeline. */
  readonly sinks?: readonly string[] | undefined
  /** Ends it early; what was not delivered is left. Default: nobody does. */
  readonly signal?: AbortSignal
  /** Called as sinks are done. Default: nobody is told. */
  readonly onEvent?: (event: DeliveredEvent | DeliveryFailedEvent) => void
  /** As `acquire` has it. */
  readonly secrets?: Secrets
  /** Default: the system's. */
  readonly clock?: Clock
}

/** One that is missing does not compile. */
const KNOWN: Readonly<Record<keyof DeliverOptions, true>> = {
  sinks: true,
  signal: true,
  onEvent: true,
  secrets: true,
  clock: true,
}

/**
 * Delivers to a pipeline's sinks what they have not yet of all that was committed; nothing is fetched. A sink that
 * fails is told in the answer, and keeps no other from its records. The ledger is held meanwhile.
 * @throws RangeError (rejects) for a sink that there is not, LedgerError where no run has begun, LedgerLockedError
 *   while a run goes on, OtherPipelineError; ConfigError, as `acquire` does.
 */
export async function deliver(
  pipeline: PipelineInput | PipelineConfig,
  options: DeliverOptions = {},
): Promise<readonly SinkSummary[]> {
  checkOptions('deliver', options, Object.keys(KNOWN))
  const { sinks: names, signal = new AbortController().signal, onEvent, clock = systemClock } = options
  const usable = usableConfig(pipeline)
  const { config, secrets } = { ...usable, ...(options.secrets && { secrets: options.secrets }) }
  checkNames(names, config)
  const { ledger: file } = resultPaths(config.output)
  if (!existsSync(file)) throw notBegun(file)
  await using ledger = new SqliteLedger({ file, clock })
  const stored = await ledger.stored(config.name)
  if (stored === undefined) throw notBegun(file)
  await using deliveries = new Deliveries({
    ...config,
    clock,
    onEvent: event => onEvent?.(event),
    redact: text => secrets.redact(text),
  })
  return await deliveries.deliver(stored, signal, names)
}

function checkNames(names: readonly string[] | undefined, { sinks }: PipelineConfig): void {
  const known = sinks.map(({ name }) => name)
  const unknown = names?.find(name => !known.includes(name))
  if (unknown === undefined && known.length > 0) return
  throw new RangeError(
    known.length === 0
      ? 'the pipeline has no sinks; say where records go with the key sinks'
      : `there is no sink ${JSON.stringify(unknown)}; allowed are ${known.join(', ')}`,
  )
}

function notBegun(file: string): LedgerError {
  return new LedgerError(`${file} is not there: no run has begun in its folder`, file)
}
