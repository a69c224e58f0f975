import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Clock } from 'async-patterns'
import { checkOptions, systemClock } from 'async-patterns'
import type { Summary } from '../measurements/index.js'
import type { PipelineConfig, PipelineInput } from './configuration/index.js'
import { usableConfig } from './configuration/index.js'
import {
  CredentialFile,
  EmbeddedHealth,
  EmbeddedLimits,
  learningTokens,
  MemoryTokens,
  StreamTransports,
} from './fetch/index.js'
import type { Run, StoredRecords } from './ledger/index.js'
import { SqliteLedger } from './ledger/index.js'
import type { PageQueue } from './queue/index.js'
import { EmbeddedQueue } from './queue/index.js'
import { NormalisePool } from './records/index.js'
import type { AcquireEvent, Ports, SampleBudget } from './run/index.js'
import {
  claimsOn,
  LedgerWriter,
  LEASE_MS,
  LeaseKeeper,
  ownedOrInjected,
  PageWork,
  planOf,
  RunControl,
  streamsOf,
  tellOwedQuiet,
} from './run/index.js'
import type { Secrets } from './secrets/index.js'
import type { EndedRun } from './sinks/index.js'
import { ContinuousDelivery, Deliveries, resultFiles, resultPaths } from './sinks/index.js'
import { childrenOf, readingInstructionsOf, requestInstructionsOf } from './streams/index.js'
import { summarise } from './summary/index.js'

/** How a run is begun, ended early and followed, and what it stands on. */
export interface AcquireOptions extends Ports {
  /**
   * Ends the run early: pages in flight have the grace time, then the summary is written. Default: nobody ends
   * it.
   */
  readonly signal?: AbortSignal
  /** Called as things happen; what it throws ends the run. Default: nobody is told. */
  readonly onEvent?: (event: AcquireEvent) => void
  /**
   * Starts over with an empty ledger; the old one stays beside it as `acquire.previous.db`, until the next
   * time. Default false.
   */
  readonly fresh?: boolean
  /**
   * Takes all, whatever is known of how far streams with `since` have come; the ledger keeps anew how far they
   * come. A run that is not finished goes on as it began. Default false.
   */
  readonly full?: boolean
  /**
   * Names of sources whose servers are asked although they have asked for quiet, in an earlier run. Default
   * none.
   */
  readonly forgetWaits?: readonly string[]
  /**
   * What is redacted from all that is stored and told. Default: the credentials of an object as `defineConfig`
   * takes it; of a configuration that was read already, its headers and parameters by their names.
   */
  readonly secrets?: Secrets
}

/** One that is missing does not compile. */
const KNOWN: Readonly<Record<keyof AcquireOptions, true>> = {
  ledger: true,
  queue: true,
  limits: true,
  health: true,
  tokens: true,
  transport: true,
  normalise: true,
  sinks: true,
  results: true,
  clock: true,
  random: true,
  signal: true,
  onEvent: true,
  fresh: true,
  full: true,
  forgetWaits: true,
  secrets: true,
}

/**
 * Takes all records of all sources: plan -> run -> deliver. `pipeline` is what a pipeline file holds, as an
 * object, or what `loadConfig` has read.
 *
 * Continues what an earlier run on the same ledger left open, without fetching a committed page again. The
 * result says how the run ended, also when it was interrupted or its time was over; it is delivered by then.
 * Rejects with ConfigError, LedgerLockedError, PlanChangedError, OtherPipelineError, LedgerError or
 * MissingPackageError, and with a TypeError for an option that there is not. A sink that fails makes nothing reject:
 * the result says so.
 */
export async function acquire(
  pipeline: PipelineInput | PipelineConfig,
  options: AcquireOptions = {},
): Promise<Summary> {
  checkOptions('acquire', options, Object.keys(KNOWN))
  return await acquireUntil(pipeline, options, undefined)
}

/** The same; `budget` ends streams when they have brought enough. */
export async function acquireUntil(
  pipeline: PipelineInput | PipelineConfig,
  options: AcquireOptions,
  budget: SampleBudget | undefined,
): Promise<Summary> {
  const { clock = systemClock, fresh = false, full = false, forgetWaits = [] } = options
  const usable = usableConfig(pipeline)
  const { config, secrets } = { ...usable, ...(options.secrets && { secrets: options.secrets }) }
  const paths = resultPaths(config.output)
  await using ledger = ownedOrInjected(options.ledger, () => new SqliteLedger({ file: paths.ledger, clock }))
  const run = await ledger.port.open(planOf(config, secrets, packageVersion()), { fresh, full, forgetWaits })
  const onEvent = (event: AcquireEvent): void => {
    try {
      options.onEvent?.(event)
    } catch (error) {
      control.fail(error)
    }
  }
  using control = new RunControl({
    clock,
    timeoutMs: config.timeoutMs,
    graceMs: config.graceMs,
    signal: options.signal,
    onStopping: reason => onEvent({ type: 'stopping', reason, graceMs: config.graceMs }),
  })
  onEvent({ type: 'run-opened', runId: run.id, resumed: run.resumed, sources: namesOf(config) })
  for (const warning of warningsOf(config)) onEvent(warning)
  if (!full) for (const warning of notLookingForGone(config)) onEvent(warning)
  if (full && run.resumed) for (const warning of notFull(config)) onEvent(warning)
  tellOwedQuiet(run, { clock, onEvent })
  const stored = (await ledger.port.stored(config.name)) as StoredRecords
  await using deliveries = new Deliveries({
    sinks: [...config.sinks, ...(options.sinks ?? [])],
    streams: config.streams,
    output: config.output,
    clock,
    onEvent,
    redact: text => secrets.redact(text),
  })
  control.listen()
  {
    await using _goingOn = new ContinuousDelivery(deliveries, stored, clock)
    await acquirePages(run, { ...options, config, control, clock, secrets, onEvent, budget })
  }
  const status = await run.end(control.end)
  const sinks = await deliveries.deliver(stored, timeLeft(control, options))
  const summary = {
    ...summarise(await run.data(), config.summary),
    ...(sinks.length > 0 && { sinks }),
  }
  await (options.results ?? resultFiles(config.output)).write(endedRun(run, summary))
  await run.delivered()
  onEvent({ type: 'finished', status })
  control.throwFailure()
  return summary
}

/** A run that was stopped has none for its sinks: the next one, or `acquire deliver`, goes on where they are. */
function timeLeft(
  { end }: RunControl,
  { signal = new AbortController().signal }: AcquireOptions,
): AbortSignal {
  return end === 'finished' ? signal : AbortSignal.abort()
}

function endedRun(run: Run, summary: Summary): EndedRun {
  return {
    id: run.id,
    summary,
    streams: summary.sources.map(({ name }) => name),
    records: (stream, after) => run.records(stream, after),
    rejects: order => run.rejects(order),
  }
}

/** A run on its way: what it was given, and who shares it. */
interface RunParts extends Ports {
  readonly config: PipelineConfig
  readonly control: RunControl
  readonly clock: Clock
  readonly secrets: Secrets
  readonly onEvent: (event: AcquireEvent) => void
  readonly budget: SampleBudget | undefined
}

/** Resolves when no page is left to do, or the run was stopped. */
async function acquirePages(run: Run, parts: RunParts): Promise<void> {
  const { config, control, clock, secrets } = parts
  const fatal = (error: unknown): void => control.fail(error)
  await using transports = new StreamTransports(config.streams, clock, parts.transport)
  await using normaliser = ownedOrInjected(parts.normalise, () => startPool(config, run, secrets))
  await using queue = ownedOrInjected(parts.queue, () => openQueue(config, run, clock))
  const journal = new LedgerWriter(run, fatal, clock)
  await using claims = claimsOn(run, randomUUID(), clock)
  const streams = streamsOf(config, {
    ...parts,
    run,
    journal,
    transports,
    normaliser: normaliser.port,
    limits: parts.limits ?? new EmbeddedLimits(clock),
    health: parts.health ?? new EmbeddedHealth(clock),
    leftMs: () => control.leftMs,
    kept: new CredentialFile(config.output),
    tokens: learningTokens(parts.tokens ?? new MemoryTokens(clock), secrets),
  })
  const work = new PageWork({
    ...parts,
    run,
    queue: queue.port,
    claim: pageId => claims.add(pageId),
    journal,
    streams,
    leases: new LeaseKeeper(run, clock, LEASE_MS, fatal),
  })
  await normaliser.port.ready()
  if (parts.queue !== undefined) await fill(parts.queue, run, config)
  work.finishIfOver(await run.openPages())
  await queue.port.consume(page => work.handle(page), { signal: control.stop }).catch(fatal)
  await journal.flush().catch(fatal)
  control.throwFailure()
}

function startPool(
  { streams, workers }: PipelineConfig,
  { schemas }: Pick<Run, 'schemas'>,
  secrets: Secrets,
): NormalisePool {
  const maxHeapMiB = threadHeapMiB(Math.max(...streams.map(({ limits }) => limits.maxPageBytes)))
  return new NormalisePool(
    streams.flatMap(stream => [
      readingInstructionsOf(stream, childrenOf(stream, streams), schemas.get(stream.name)),
      ...requestInstructionsOf(stream),
    ]),
    { workers, maxHeapMiB, secrets },
  )
}

/** A page's text, what it is parsed to, what is made of it, and what is not collected yet. */
function threadHeapMiB(maxPageBytes: number): number {
  return Math.max(128, Math.ceil((8 * maxPageBytes) / 2 ** 20))
}

function openQueue({ streams: all }: PipelineConfig, run: Run, clock: Clock): EmbeddedQueue {
  const streams = all.map(({ name, limits, ownLimits }) => ({
    name,
    concurrency: ownLimits?.concurrency ?? limits.concurrency,
  }))
  return new EmbeddedQueue({ streams, pending: (stream, after) => run.pending(stream, after), clock })
}

/** A queue that was handed in knows nothing of the run yet; whoever made it knows how it holds so many pages. */
async function fill(queue: PageQueue, run: Run, { streams }: PipelineConfig): Promise<void> {
  for (const { name } of streams) {
    for (let pages = await run.pending(name); pages.length > 0; pages = await run.pending(name, pages.at(-1)))
      await queue.add(pages)
  }
}

function warningsOf({ streams }: PipelineConfig): AcquireEvent[] {
  const message = 'tls.insecure is true: whoever is on the way can read and change all that is sent'
  return streams
    .filter(({ tls }) => tls?.insecure === true)
    .map(({ name }) => ({ type: 'warning', source: name, message }))
}

function notFull({ streams }: PipelineConfig): AcquireEvent[] {
  const message = 'a run that is not finished goes on as it began: only the next one can take all (full)'
  return streams
    .filter(({ since }) => since !== undefined)
    .map(({ name }) => ({ type: 'warning', source: name, message }))
}

function notLookingForGone({ streams }: PipelineConfig): AcquireEvent[] {
  const message =
    'markDeleted marks what is gone after a run that takes all: the first one, and those with --full'
  return streams
    .filter(({ since, markDeleted }) => since !== undefined && markDeleted === true)
    .map(({ name }) => ({ type: 'warning', source: name, message }))
}

function namesOf({ streams }: PipelineConfig): string[] {
  return streams.map(({ name }) => name)
}

function packageVersion(): string {
  const require = createRequire(import.meta.url)
  return (require('../../package.json') as { version: string }).version
}
