import type { Clock } from 'async-patterns'
import { checkOptions, systemClock } from 'async-patterns'
import type { KeptCursor, Ledger, OpenOptions, Run, RunPlan, StoredRecords } from '../ledger.js'
import { JoinRefusedError, LedgerError } from '../ledger-errors.js'
import type { InferredTypes } from '../../records/index.js'
import { sameFile } from '../../../persistence/index.js'
import type { Cooldown } from './endpoint-cooldowns.js'
import type { Database } from './open-database.js'
import { lockFileOf, openDatabase, ownFile, translating } from './open-database.js'
import { finishReplacing, replaceLedger } from './replace-ledger.js'
import { keepCursors, keptCursors } from './kept-cursors.js'
import { checkOwner, firstRunId, openRun } from './runs.js'
import { keptSchemas } from './schema-table.js'
import { SqliteRun } from './sqlite-run.js'
import { SqliteStored } from './sqlite-stored.js'
import { Transactions } from './transactions.js'

/** Where a SqliteLedger lies, and how far it may go. */
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

/** So many claims a handle can hand out before its fences meet those of the next. */
const FENCES_A_HANDLE = 2 ** 32

/**
 * The ledger in one SQLite file, for one process. A second process is refused for as long as the first lives;
 * one that was killed leaves no lock behind. A committed page is safe from kill -9 at once, and from a power
 * cut within moments. What `fresh` replaces stays beside it, as `acquire.previous.db`, until the next time.
 */
export class SqliteLedger implements Ledger {
  readonly #options: SqliteLedgerOptions
  readonly #clock: Clock
  readonly #lock: Database
  #open: { readonly database: Database; readonly transactions: Transactions } | undefined
  #fence = 0

  /** @throws LedgerLockedError, LedgerError, MissingPackageError; TypeError for an option that there is not. */
  constructor(options: SqliteLedgerOptions) {
    checkOptions('SqliteLedger', options, ['file', 'clock', 'maxBytes', 'busyTimeoutMs'])
    this.#options = { ...options }
    this.#clock = options.clock ?? systemClock
    this.#lock = ownFile(options.file)
  }

  async open(plan: RunPlan, options?: OpenOptions): Promise<Run> {
    checkOptions('SqliteLedger.open', options, ['fresh', 'join', 'forgetWaits', 'full'])
    const { fresh = false, join = false, forgetWaits = [], full = false } = options ?? {}
    const { file } = this.#options
    if (join) throw new JoinRefusedError(file)
    this.#closeDatabase()
    return translating(file, () => {
      const now = this.#clock.wallNow()
      finishReplacing(file)
      if (fresh) replaceLedger(this.#options, now, anyCooldown(plan, now))
      const database = openDatabase(this.#options)
      try {
        const transactions = new Transactions(database)
        const opened = transactions.writing(() => openRun(database, plan, { now, forgetWaits, full }))
        this.#fence = Math.max(this.#fence, opened.opened * FENCES_A_HANDLE) + FENCES_A_HANDLE
        const parts = { database, transactions, opened, file, clock: this.#clock, fence: this.#fence }
        const run = new SqliteRun({ ...parts, checkPlace: placeCheck(file) })
        this.#open = { database, transactions }
        return run
      } finally {
        if (this.#open === undefined) database.close()
      }
    })
  }

  async cursors(pipeline: string): Promise<readonly KeptCursor[]> {
    return this.#withDatabase(database => {
      checkOwner(database, pipeline)
      return keptCursors(database)
    })
  }

  async setCursors(pipeline: string, cursors: readonly KeptCursor[]): Promise<void> {
    this.#withDatabase(database => {
      checkOwner(database, pipeline)
      keepCursors(database, cursors)
    })
  }

  async schemas(pipeline: string): Promise<ReadonlyMap<string, InferredTypes>> {
    return this.#withDatabase(database => {
      checkOwner(database, pipeline)
      return keptSchemas(database)
    })
  }

  async stored(pipeline: string): Promise<StoredRecords | undefined> {
    const { file } = this.#options
    return translating(file, () => {
      const { database, transactions } = (this.#open ??= this.#opened())
      checkOwner(database, pipeline)
      const ledgerId = firstRunId(database)
      return ledgerId === undefined ? undefined : new SqliteStored({ database, transactions, file, ledgerId })
    })
  }

  /** Frees the ledger for other processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closeDatabase()
    this.#lock.close()
  }

  /** That of the run, or one for this alone. */
  #withDatabase<T>(work: (database: Database) => T): T {
    const { file } = this.#options
    return translating(file, () => {
      if (this.#open !== undefined) {
        const { database, transactions } = this.#open
        return transactions.writing(() => work(database))
      }
      const { database, transactions } = this.#opened()
      try {
        return transactions.writing(() => work(database))
      } finally {
        database.close()
      }
    })
  }

  #opened(): { readonly database: Database; readonly transactions: Transactions } {
    finishReplacing(this.#options.file)
    const database = openDatabase(this.#options)
    return { database, transactions: new Transactions(database) }
  }

  #closeDatabase(): void {
    this.#open?.database.close()
    this.#open = undefined
  }
}

/** Throws when the ledger or its lock was taken away since: what is written to it then, nobody finds. */
function placeCheck(file: string): () => void {
  const checks = [file, lockFileOf(file)].map(path => ({ path, isThere: sameFile(path) }))
  return () => {
    const gone = checks.find(({ isThere }) => !isThere())
    if (gone === undefined) return
    throw new LedgerError(
      `${gone.path} was removed, renamed or replaced while the run was going on, so its results are not whole; ` +
        'put it back if it was moved, and run the same command again',
      gone.path,
    )
  }
}

/** Where the past cannot be read, requests may have departed to any endpoint up to now. */
function anyCooldown({ streams }: RunPlan, now: number): Cooldown[] {
  return streams.map(({ endpoint }) => ({ endpoint, departedAt: now, askedAt: now, quietMs: 0, askedBy: '' }))
}
