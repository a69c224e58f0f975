import type { Clock } from 'async-patterns'
import type { RunStatus } from '../../../measurements/index.js'
import type { RunData, RunEnd } from '../../summary/index.js'
import { statusOfRun, wholeStreams } from '../../summary/index.js'
import type {
  CommitAnswer,
  DepartureRow,
  GiveBack,
  Journal,
  OpenPages,
  RecordChange,
  RejectedRow,
  Run,
} from '../ledger.js'
import { LedgerError } from '../ledger-errors.js'
import type {
  Claim,
  PageCommit,
  PageError,
  PageOrder,
  PageRef,
  PageState,
  Partition,
  StreamCursor,
} from '../page.js'
import { JournalTables } from './journal-tables.js'
import type { Database } from './open-database.js'
import { translating } from './open-database.js'
import { PageClaims } from './page-claims.js'
import { PageTable, PENDING_PORTION } from './page-table.js'
import { RecordTable } from './record-table.js'
import { runDataOf, streamCountsOf } from './run-data.js'
import type { RecordCounts } from './run-data.js'
import type { OpenedRun } from './runs.js'
import type { Transactions } from './transactions.js'
import { ProgressTables } from './progress-tables.js'
import { sinkPositions } from './sink-positions.js'
import { storedObject } from './stored-json.js'
import { QuotaCount } from './quota-use.js'
import { SchemaTable } from './schema-table.js'

export interface SqliteRunParts {
  readonly database: Database
  readonly transactions: Transactions
  readonly opened: OpenedRun
  readonly file: string
  readonly clock: Clock
  /** Lower than the fences of this handle, higher than those of all before. */
  readonly fence: number
  /** @throws LedgerError when the database no longer lies where it is looked for. */
  readonly checkPlace: () => void
}

/** A run in the database of a `SqliteLedger`. All work is done before a method returns. */
export class SqliteRun implements Run {
  readonly id: string
  readonly startedAt: number
  readonly resumed: boolean
  readonly lastDepartureAt: ReadonlyMap<string, number>
  readonly quiet: Run['quiet']
  readonly used: Run['used']
  readonly schemas: Run['schemas']
  readonly #database: Database
  readonly #run: number
  readonly #file: string
  readonly #clock: Clock
  readonly #checkPlace: () => void
  readonly #transactions: Transactions
  readonly #claims: PageClaims
  readonly #pages: PageTable
  readonly #records: RecordTable
  readonly #schemas: SchemaTable
  readonly #journal: JournalTables
  readonly #progress: ProgressTables
  readonly #positions: ReturnType<typeof sinkPositions>
  readonly #quotas: QuotaCount
  /** By stream, how many of its pages are neither done nor failed. */
  #open: Map<string, number>
  readonly #ended = new Set<string>()
  /** Of streams at the run's end, until a record comes: counting them again would take as long. */
  #counted: ReadonlyMap<string, RecordCounts> | undefined = undefined

  constructor({ database, transactions, opened, file, clock, fence, checkPlace }: SqliteRunParts) {
    this.id = opened.id
    this.startedAt = opened.startedAt
    this.resumed = opened.resumed
    this.lastDepartureAt = opened.lastDepartureAt
    this.quiet = opened.quiet
    this.used = opened.used
    this.#database = database
    this.#run = opened.number
    this.#file = file
    this.#clock = clock
    this.#checkPlace = checkPlace
    this.#transactions = transactions
    this.#claims = new PageClaims(fence)
    this.#pages = new PageTable(database, this.#run)
    this.#records = new RecordTable(database, this.#run)
    this.#schemas = new SchemaTable(database, this.#run)
    this.schemas = this.#schemas.settled
    this.#journal = new JournalTables(database, this.#run)
    this.#progress = new ProgressTables(database, this.#run)
    this.#positions = sinkPositions(database)
    this.#quotas = new QuotaCount(database, this.#run)
    this.#open = this.#pages.countPending()
  }

  async claim(pageIds: readonly string[], worker: string, leaseMs: number): Promise<Claim[]> {
    return this.#reading(() => {
      const now = this.#clock.wallNow()
      return pageIds.flatMap(id => {
        const page = this.#claims.isHeld(id, now) ? undefined : this.#pages.open(id)
        return page === undefined ? [] : [this.#claims.take(page, worker, now + leaseMs)]
      })
    })
  }

  async renew(claim: Claim, leaseMs: number): Promise<boolean> {
    return this.#claims.renew(claim, this.#clock.wallNow() + leaseMs)
  }

  async commit(commits: readonly PageCommit[], journal?: Journal): Promise<CommitAnswer> {
    this.#checkPlace()
    this.#counted = undefined
    const done = new Map<string, Claim>()
    const results = this.#writing(() => {
      if (journal !== undefined) this.#writeJournal(journal)
      const written = commits.map(commit => this.#commitPage(commit, done))
      this.#records.savePosition()
      return written
    })
    // Not before the transaction has ended: what it undoes is still held.
    for (const claim of done.values()) this.#claims.release(claim)
    const streams = new Set(commits.map(({ claim }) => claim.page.stream))
    const openPagesOf = new Map([...streams].map(stream => [stream, this.#open.get(stream) ?? 0]))
    return { results, openPagesOf, ...this.#openPages() }
  }

  async giveBack(claim: Claim, { notBefore, spendsTry, error }: GiveBack): Promise<void> {
    if (!this.#claims.isCurrent(claim)) return
    const { page } = claim
    const spent = spendsTry ? 1 : 0
    this.#writing(() => {
      this.#pages.giveBack(claim, notBefore, spent)
      if (error === undefined) return
      const { stream, id: pageId } = page
      this.#journal.failure({ ...error, stream, pageId, attempt: page.tries + spent })
    })
    this.#claims.release(claim)
  }

  async fail(claim: Claim, error: PageError): Promise<OpenPages> {
    if (!this.#claims.isCurrent(claim)) return this.#openPages()
    this.#writing(() => {
      this.#pages.fail(claim, error.code, error.message)
      this.#journal.pageFailure(claim.page, error)
    })
    this.#claims.release(claim)
    this.#count(claim.page.stream, -1)
    return this.#openPages()
  }

  async endStream(stream: string, reason: string): Promise<OpenPages> {
    this.#writing(() => this.#progress.endStream(stream, reason))
    this.#ended.add(stream)
    return this.#openPages()
  }

  async openPages(): Promise<OpenPages> {
    return this.#openPages()
  }

  async pending(stream: string, after?: PageOrder & Pick<PageRef, 'id'>): Promise<PageRef[]> {
    return this.#reading(() => {
      if (this.#ended.has(stream)) return []
      const now = this.#clock.wallNow()
      for (let from = after; ; ) {
        const portion = this.#pages.pending(stream, from)
        const free = portion.filter(page => !this.#claims.isHeld(page.id, now))
        if (free.length > 0 || portion.length < PENDING_PORTION) return free
        from = portion.at(-1)
      }
    })
  }

  async known(pageIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#reading(() => new Set(pageIds.filter(id => this.#pages.isKnown(id))))
  }

  async served(stream: string, fingerprint: string): Promise<readonly string[]> {
    return this.#reading(() => this.#pages.served(stream, fingerprint))
  }

  async log(journal: Journal): Promise<void> {
    this.#writing(() => this.#writeJournal(journal))
  }

  async *departures(): AsyncIterable<DepartureRow> {
    yield* this.#iterating(this.#journal.departures())
  }

  async cursor(stream: string, partition = ''): Promise<PageState | undefined> {
    return this.#reading(() => this.#progress.cursor(stream, partition))
  }

  async addParents(stream: string, root: string, values: readonly Partition[]): Promise<void> {
    this.#writing(() =>
      this.#progress.addParents(
        stream,
        root,
        values.map(value => JSON.stringify(value)),
      ),
    )
  }

  async parents(stream: string, root: string): Promise<readonly Partition[]> {
    return this.#reading(() =>
      this.#progress.parents(stream, root).map(text => storedObject(text) as Partition),
    )
  }

  async data(): Promise<RunData> {
    return this.#reading(() => runDataOf(this.#database, this.#run, this.#file, this.#clock, this.#counted))
  }

  async *records(stream: string, after = 0): AsyncIterable<RecordChange> {
    yield* this.#iterating(this.#records.changes(stream, after))
  }

  async *rejects(order: { readonly after: number } | 'by-page'): AsyncIterable<RejectedRow> {
    const rows = order === 'by-page' ? this.#records.rejectsByPage() : this.#records.rejectsAfter(order.after)
    yield* this.#iterating(rows)
  }

  async position(sink: string, stream: string): Promise<number> {
    return this.#reading(() => this.#positions.get(sink, stream))
  }

  async setPosition(sink: string, stream: string, position: number): Promise<void> {
    this.#writing(() => this.#positions.set(sink, stream, position))
  }

  async end(reason: RunEnd): Promise<RunStatus> {
    this.#checkPlace()
    return this.#writing(() => {
      const streams = streamCountsOf(this.#database, this.#run)
      const status = statusOfRun(streams, reason)
      const whole = wholeStreams(streams, reason)
      const counted = new Map<string, RecordCounts>()
      for (const { name, markDeleted, uniqueIds, deleted } of streams) {
        const marked = markDeleted === 1 && whole.has(name) ? this.#records.markGone(name, this.startedAt) : 0
        counted.set(name, { uniqueIds, deleted: deleted + marked })
      }
      this.#counted = counted
      this.#progress.end(this.#clock.wallNow(), reason, status)
      return status
    })
  }

  async delivered(): Promise<void> {
    this.#checkPlace()
    this.#writing(() => this.#progress.delivered())
  }

  #writeJournal({ departures, failures, transitions, notices = [], quiets = [] }: Journal): void {
    for (const departure of departures) {
      this.#journal.departure(departure)
      this.#quotas.add(departure)
    }
    for (const transition of transitions) this.#journal.transition(transition)
    for (const notice of notices) this.#journal.notice(notice)
    for (const quiet of quiets) this.#journal.quiet(quiet)
    for (const failure of failures) {
      this.#journal.failure(failure)
      this.#pages.spendTry(failure.pageId, failure.attempt)
    }
  }

  /** `done`: the pages of this transaction so far. */
  #commitPage(commit: PageCommit, done: Map<string, Claim>): 'done' | 'stale' {
    const { claim, records, rejects, deletions = [], next, cursor, types = {} } = commit
    const { page } = claim
    if (!this.#claims.isCurrent(claim) || done.has(page.id)) return 'stale'
    const at = this.#clock.wallNow()
    this.#pages.done(commit, at)
    const notices = [...(commit.notices ?? []), ...this.#schemas.merge(page.stream, types)]
    for (const notice of notices) this.#journal.notice({ ...notice, stream: page.stream, at })
    this.#noteClashes(page, records, at)
    this.#records.upsert(page, records)
    for (const id of deletions) this.#records.delete(page, id)
    for (const reject of rejects) this.#records.reject(page, reject)
    for (const one of next) if (this.#pages.add(one)) this.#count(one.stream, 1)
    if (cursor !== undefined && page.part !== undefined) this.#raise(page.stream, page.part, cursor)
    this.#count(page.stream, -1)
    done.set(page.id, claim)
    return 'done'
  }

  #noteClashes(page: PageRef, records: PageCommit['records'], at: number): void {
    const { count, id } = this.#records.clashes(page, records)
    if (count === 0) return
    const message =
      `${JSON.stringify(id)} is the id of records of several parts with different content, of which one stays: ` +
      'an id may name a field that add takes from the part'
    this.#journal.notice({ stream: page.stream, code: 'ID_CLASH', message, count, at })
  }

  #raise(stream: string, part: string, cursor: StreamCursor): void {
    const values = this.#pages.highsOf(stream, part)
    if (values !== undefined) this.#progress.raiseCursor(stream, part, cursor, values)
  }

  #count(stream: string, change: number): void {
    this.#open.set(stream, (this.#open.get(stream) ?? 0) + change)
  }

  #openPages(): OpenPages {
    let openPages = 0
    for (const [stream, count] of this.#open) if (!this.#ended.has(stream)) openPages += count
    return { openPages }
  }

  #reading<T>(work: () => T): T {
    return this.#accessing(() => this.#transactions.reading(work))
  }

  /** What fails is undone, in the database and in what is counted beside it. */
  #writing<T>(work: () => T): T {
    return this.#accessing(() => {
      try {
        return this.#transactions.writing(work)
      } catch (error) {
        this.#open = this.#pages.countPending()
        this.#schemas.reload()
        throw error
      }
    })
  }

  #accessing<T>(work: () => T): T {
    return translating(this.#file, () => {
      if (!this.#database.open) throw new LedgerError(`${this.#file}: no run is open`, this.#file)
      return work()
    })
  }

  *#iterating<T>(rows: Generator<T>): Generator<T> {
    for (;;) {
      const { done, value } = this.#reading(() => rows.next())
      if (done === true) return
      yield value
    }
  }
}
