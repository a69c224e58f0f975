import type { Clock } from 'async-patterns'
import { systemClock } from 'async-patterns'
import type { Journal, KnownPage, Ledger, RejectedRow, Run, RunEnd, RunPlan, RunStatus } from '../ledger.js'
import { LedgerError } from '../ledger-errors.js'
import type { Claim, PageCommit, PageError, PageRef } from '../page.js'
import { statusOfRun, statusOfSource, summarise } from '../summarise.js'
import type { Summary } from '../summary.js'
import { factsOf, rejectedOf, sourceFactsOf } from './facts.js'
import { JournalTables } from './journal.js'
import type { OwnedDatabase } from './open-database.js'
import { openOwned, translating } from './open-database.js'
import { PageTable } from './pages.js'
import { ProductTable } from './products.js'
import { openRun } from './runs.js'

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

interface Tables {
  readonly run: number
  readonly pages: PageTable
  readonly products: ProductTable
  readonly journal: JournalTables
}

/**
 * The ledger in one SQLite file, for one process. A second process is refused for as long as the first lives;
 * one that was killed leaves no lock behind. All work is done before a method returns: a committed page is safe
 * from kill -9 at once, and from a power cut within moments.
 */
export class SqliteLedger implements Ledger {
  readonly #file: string
  readonly #clock: Clock
  readonly #owned: OwnedDatabase
  readonly #transaction: { immediate(work: () => unknown): unknown }
  #opened: Tables | undefined

  /** @throws LedgerLockedError, LedgerError, MissingPackageError. */
  constructor(options: SqliteLedgerOptions) {
    this.#file = options.file
    this.#clock = options.clock ?? systemClock
    this.#owned = openOwned(options)
    this.#transaction = this.#owned.database.transaction((work: () => unknown) => work())
  }

  async openRun(plan: RunPlan, options: { readonly fresh: boolean }): Promise<Run> {
    const { database } = this.#owned
    const { number, run } = this.#atomically(() =>
      openRun(database, plan, options.fresh, this.#clock.wallNow()),
    )
    this.#opened = {
      run: number,
      pages: new PageTable(database, number),
      products: new ProductTable(database, number),
      journal: new JournalTables(database, number),
    }
    return run
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
    const { database } = this.#owned
    const { run } = this.#tables
    return this.#atomically(() => {
      const status = statusOfRun(
        sourceFactsOf(database, run).map(source => statusOfSource(source, end)),
        end,
      )
      database
        .prepare('update runs set finished_at = ?, ended = ?, status = ? where run = ?')
        .run(this.#clock.wallNow(), end, status, run)
      return status
    })
  }

  async summary(_run: Run): Promise<Summary> {
    const { run } = this.#tables
    return this.#atomically(() => summarise(factsOf(this.#owned.database, run, this.#file, this.#clock)))
  }

  async *rejected(_run: Run): AsyncIterable<RejectedRow> {
    yield* rejectedOf(this.#owned.database, this.#tables.run)
  }

  /** Frees the ledger for other processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#opened = undefined
    this.#owned.close()
  }

  get #tables(): Tables {
    if (this.#opened === undefined) throw new LedgerError(`${this.#file}: no run is open`, this.#file)
    return this.#opened
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
    return translating(this.#file, () => this.#transaction.immediate(work) as T)
  }
}
