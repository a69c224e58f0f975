import type { Clock } from 'async-patterns'
import { systemClock } from 'async-patterns'
import type { Journal, KnownPage, Ledger, RejectedRow, Run, RunEnd, RunPlan, RunStatus } from '../ledger.js'
import { LedgerError } from '../ledger-errors.js'
import type { Claim, PageCommit, PageError, PageRef } from '../page.js'
import { statusOfRun, summarise } from '../../summary/summarise.js'
import type { Summary } from '../../summary/summary.js'
import type { Courtesy } from './endpoint-cooldowns.js'
import { factsOf, rejectedOf, sourceFactsOf } from './run-data.js'
import { JournalTables } from './journal-tables.js'
import type { Database } from './open-database.js'
import { openDatabase, ownFile, translating } from './open-database.js'
import { PageTable } from './page-table.js'
import { ProductTable } from './record-table.js'
import { openRun } from './runs.js'
import { beginAnew, endBegun } from './replace-ledger.js'

export interface SqliteLedgerOptions {
  /** The database; its folder is made when it is not there. */
  readonly file: string
  /** Leases and timestamps. Default: the system's. */
  readonly clock?: Clock
  /** The database grows no further than this; beyond it, it behaves as on a full disk. Default: no bound. */
  readonly maxBytes?: number
  /** How long it waits for another program that reads or writes the file. Default 1 s. */
  readonly busyTimeoutMs?: number
}

interface OpenedTables {
  readonly database: Database
  readonly transaction: { immediate(work: () => unknown): unknown }
  readonly run: number
  readonly pages: PageTable
  readonly products: ProductTable
  readonly journal: JournalTables
}

/**
 * The ledger in one SQLite file, for one process. A second process is refused for as long as the first lives;
 * one that was killed leaves no lock behind. All work is done before a method returns: a committed page is safe
 * from kill -9 at once, and from a power cut within moments. What `fresh` replaces stays beside it, as
 * `acquire.previous.db`, until the next time.
 */
export class SqliteLedger implements Ledger {
  readonly #options: SqliteLedgerOptions
  readonly #clock: Clock
  readonly #lock: Database
  #opened: OpenedTables | undefined

  /** @throws LedgerLockedError, LedgerError, MissingPackageError. */
  constructor(options: SqliteLedgerOptions) {
    this.#options = { ...options }
    this.#clock = options.clock ?? systemClock
    this.#lock = ownFile(options.file)
  }

  async openRun(plan: RunPlan, { fresh }: { readonly fresh: boolean }): Promise<Run> {
    const { file } = this.#options
    this.#closeDatabase()
    return translating(file, () => {
      const now = this.#clock.wallNow()
      endBegun(file)
      if (fresh) beginAnew(this.#options, now, anyCourtesy(plan, now))
      const database = openDatabase(this.#options)
      try {
        const { number, run } = database.transaction(() => openRun(database, plan, now)).immediate()
        this.#opened = tablesOf(database, number)
        return run
      } finally {
        if (this.#opened === undefined) database.close()
      }
    })
  }

  async claim(pageIds: readonly string[], worker: string, leaseMs: number): Promise<Claim[]> {
    const now = this.#clock.wallNow()
    const { pages } = this.#tables
    return this.#atomically(() => pageIds.flatMap(id => pages.claim(id, worker, now, leaseMs) ?? []))
  }

  async renew(claim: Claim, leaseMs: number): Promise<boolean> {
    return this.#atomically(() => this.#tables.pages.renew(claim, this.#clock.wallNow() + leaseMs))
  }

  async commit(commits: readonly PageCommit[]): Promise<('done' | 'stale')[]> {
    return this.#atomically(() => commits.map(commit => this.#commitPage(commit)))
  }

  async giveBack(
    claim: Claim,
    how: { readonly notBefore: number; readonly error?: PageError | undefined; readonly spendsTry: boolean },
  ): Promise<void> {
    const { pages, journal } = this.#tables
    this.#atomically(() => {
      if (!pages.giveBack(claim, how.notBefore, how.spendsTry ? 1 : 0) || how.error === undefined) return
      const attempt = claim.page.tries + (how.spendsTry ? 1 : 0)
      journal.failure({ ...how.error, source: claim.page.source, pageId: claim.page.id, attempt })
    })
  }

  async fail(claim: Claim, error: PageError): Promise<void> {
    const { pages, journal } = this.#tables
    this.#atomically(() => {
      if (pages.fail(claim, error.code, error.message)) journal.pageFailure(claim.page, error)
    })
  }

  async pending(_run: Run, after = ''): Promise<PageRef[]> {
    return this.#atomically(() => this.#tables.pages.pending(this.#clock.wallNow(), after))
  }

  async known(_run: Run): Promise<KnownPage[]> {
    return this.#atomically(() => this.#tables.pages.known())
  }

  async log({ departures, failures, transitions }: Journal): Promise<void> {
    const { pages, journal } = this.#tables
    this.#atomically(() => {
      for (const departure of departures) journal.departure(departure)
      for (const transition of transitions) journal.transition(transition)
      for (const failure of failures) {
        journal.failure(failure)
        pages.spendTry(failure.pageId, failure.attempt)
      }
    })
  }

  async closeRun(_run: Run, end: RunEnd): Promise<RunStatus> {
    const { run, database } = this.#tables
    return this.#atomically(() => {
      const status = statusOfRun(sourceFactsOf(database, run), end)
      database
        .prepare('update runs set finished_at = ?, ended = ?, status = ? where run = ?')
        .run(this.#clock.wallNow(), end, status, run)
      return status
    })
  }

  async delivered(_run: Run): Promise<void> {
    const { run, database } = this.#tables
    this.#atomically(() => database.prepare('update runs set delivered = 1 where run = ?').run(run))
  }

  async summary(_run: Run): Promise<Summary> {
    const { run, database } = this.#tables
    return this.#atomically(() => summarise(factsOf(database, run, this.#options.file, this.#clock)))
  }

  async *rejected(_run: Run): AsyncIterable<RejectedRow> {
    const { run, database } = this.#tables
    yield* rejectedOf(database, run)
  }

  /** Frees the ledger for other processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closeDatabase()
    this.#lock.close()
  }

  get #tables(): OpenedTables {
    const { file } = this.#options
    if (this.#opened === undefined) throw new LedgerError(`${file}: no run is open`, file)
    return this.#opened
  }

  #closeDatabase(): void {
    this.#opened?.database.close()
    this.#opened = undefined
  }

  #commitPage(commit: PageCommit): 'done' | 'stale' {
    const { pages, products } = this.#tables
    const { page } = commit.claim
    if (!pages.done(commit, this.#clock.wallNow())) return 'stale'
    for (const [index, record] of commit.records.entries()) products.upsert(page, record, index)
    for (const reject of commit.rejects) products.reject(page, reject)
    for (const next of commit.next) pages.add(next)
    return 'done'
  }

  #atomically<T>(work: () => T): T {
    return translating(this.#options.file, () => this.#tables.transaction.immediate(work) as T)
  }
}

/** Where the past cannot be read, requests may have departed to any endpoint up to now. */
function anyCourtesy({ sources }: RunPlan, now: number): Courtesy[] {
  return sources.map(({ endpoint }) => ({ endpoint, departedAt: now, askedAt: now, quietMs: 0 }))
}

function tablesOf(database: Database, run: number): OpenedTables {
  return {
    database,
    transaction: database.transaction((work: () => unknown) => work()),
    run,
    pages: new PageTable(database, run),
    products: new ProductTable(database, run),
    journal: new JournalTables(database, run),
  }
}
