import { createRequire } from 'node:module'
import type { Clock } from 'async-patterns'
import { systemClock } from 'async-patterns'
import type { Transport } from '../engines/index.js'
import { UndiciTransport } from '../engines/index.js'
import type { AcquireEvent } from './run/acquire-event.js'
import type { PipelineConfig } from './streams/config.js'
import { configuredSecrets } from './configuration/configured-secrets.js'
import { EmbeddedQueue } from './queue/embedded-queue.js'
import { JournalWriter } from './run/journal.js'
import { LeaseKeeper } from './run/leases.js'
import { claimsOn, commitsTo, LEASE_MS } from './run/ledger-batches.js'
import { NormalisePool } from './records/normalise-pool.js'
import { PageWork } from './run/page-work.js'
import { recover } from './run/recover.js'
import { RunControl } from './run/run-control.js'
import { planOf } from './run/run-plan.js'
import type { RunScope } from './run/run-scope.js'
import type { Secrets } from './secrets/secrets.js'
import { tracksOf } from './run/stream-progresses.js'
import { SqliteLedger } from './ledger/sqlite/sqlite-ledger.js'
import type { Summary } from './summary/summary.js'
import { resultPaths, writeResults } from './sinks/write-results.js'

export interface AcquireOptions {
  /** Ends the run early: pages in flight have the grace time, then the summary is written. */
  readonly signal?: AbortSignal
  /** Called as things happen; what it throws ends the run. */
  readonly onEvent?: (event: AcquireEvent) => void
  /** Starts over with an empty ledger; the old one stays beside it as `acquire.previous.db`, until the next time. Default false. */
  readonly fresh?: boolean
  /** What is redacted from all that is stored and told. Default: the configuration's headers and parameters by their names. */
  readonly secrets?: Secrets
  readonly clock?: Clock
}

/**
 * Takes all records of all sources: pages -> fetcher -> worker threads -> commits -> ledger -> summary.
 *
 * Continues what an earlier run in the same output folder left open, without fetching a committed page again. The
 * result says how the run ended, also when it was interrupted or its time was over; it is on disk by then.
 * Rejects with LedgerLockedError, PlanChangedError, LedgerError or MissingPackageError.
 */
export async function acquire(config: PipelineConfig, options: AcquireOptions = {}): Promise<Summary> {
  const { clock = systemClock, fresh = false } = options
  const secrets = options.secrets ?? configuredSecrets(config, [])
  const paths = resultPaths(config.output)
  await using ledger = new SqliteLedger({ file: paths.ledger, clock })
  const run = await ledger.openRun(planOf(config, secrets, packageVersion()), { fresh })
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
  control.listen()
  await acquirePages({ config, run, ledger, control, clock, secrets, onEvent })
  const status = await ledger.closeRun(run, control.end)
  const summary = await writeResults(ledger, run, paths)
  await ledger.delivered(run)
  onEvent({ type: 'finished', status })
  control.throwFailure()
  return summary
}

/** Resolves when no page is left to do, or the run was stopped. */
async function acquirePages(scope: RunScope): Promise<void> {
  const { config, run, ledger, control, clock, secrets } = scope
  const fatal = (error: unknown): void => control.fail(error)
  await using transport = openTransport(config, clock)
  await using pool = new NormalisePool(config.sources, { workers: config.workers, secrets })
  await using queue = new EmbeddedQueue({ clock, concurrencyOf: concurrencyOf(config) })
  const journal = new JournalWriter(ledger, fatal)
  await using commits = commitsTo(ledger, journal, clock)
  await using claims = claimsOn(ledger, clock)
  const tracks = tracksOf(scope, { transport, journal, normalise: pool.run.bind(pool) })
  const work = new PageWork({
    ...scope,
    claim: pageId => claims.add(pageId),
    queue,
    journal,
    tracks,
    leases: new LeaseKeeper(ledger, clock, LEASE_MS, fatal),
    commit: page => commits.add(page),
  })
  await recover(ledger, run, tracks, queue)
  await pool.ready()
  work.finishIfDone()
  await queue.consume(page => work.handle(page), { signal: control.stop })
  await journal.flush().catch(fatal)
  control.throwFailure()
}

/** Every page that may be in flight finds a connection; each source bounds its requests by its own timeout. */
function openTransport({ sources }: PipelineConfig, clock: Clock): Transport {
  const maxConnections = sources.reduce((sum, source) => sum + source.limits.concurrency, 0)
  return new UndiciTransport({
    maxConnections,
    maxKeepaliveConnections: maxConnections,
    timeoutMs: Infinity,
    clock,
  })
}

function concurrencyOf({ sources }: PipelineConfig): (source: string) => number {
  const limits = new Map(sources.map(source => [source.name, source.limits.concurrency]))
  return source => limits.get(source) ?? 1
}

function namesOf({ sources }: PipelineConfig): string[] {
  return sources.map(source => source.name)
}

function packageVersion(): string {
  const require = createRequire(import.meta.url)
  return (require('../../package.json') as { version: string }).version
}
