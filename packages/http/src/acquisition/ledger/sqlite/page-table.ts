import type { Claim, PageCommit, PageOrder, PageRef } from '../page.js'
import { orderOf } from '../page.js'
import type { Database } from './open-database.js'
import { storedObject } from './stored-json.js'

interface PageRow {
  readonly id: string
  readonly stream: string
  readonly ordinal: number
  readonly ref: string
  readonly tries: number
  readonly not_before: number
}

export const PENDING_PORTION = 1_000

/** The page's own part of its row; tries and notBefore have columns, since they change. */
function serialise({ tries: _tries, notBefore: _notBefore, ...lasting }: PageRef): string {
  return JSON.stringify(lasting)
}

/** @throws SyntaxError where the columns and the page itself are at odds: the ledger is damaged. */
function pageOf(row: PageRow): PageRef {
  const page = storedObject(row.ref) as Omit<PageRef, 'tries' | 'notBefore'>
  const { id, stream, state } = page
  const isWhole = id === row.id && stream === row.stream && orderOf(page) === row.ordinal
  if (!isWhole || typeof state !== 'object' || state === null)
    throw new SyntaxError(`the page ${row.id} is not what its row says`)
  return { ...page, tries: row.tries, notBefore: row.not_before }
}

/** Makes a page known to a run; false when it is known already. */
export function insertPage(database: Database): (run: number, page: PageRef) => boolean {
  const insert = database.prepare(
    'insert or ignore into pages (run, id, stream, part, ordinal, ref, tries, not_before) values (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  return (run, page) =>
    insert.run(
      run,
      page.id,
      page.stream,
      page.part ?? null,
      orderOf(page),
      serialise(page),
      page.tries,
      page.notBefore,
    ).changes === 1
}

/** The pages of one run, and what has become of them. */
export class PageTable {
  readonly #run: number
  readonly #insert: (run: number, page: PageRef) => boolean
  readonly #statements: ReturnType<typeof prepare>

  constructor(database: Database, run: number) {
    this.#run = run
    this.#insert = insertPage(database)
    this.#statements = prepare(database)
  }

  /** The page, if it is neither done nor failed. */
  open(id: string): PageRef | undefined {
    const row = this.#statements.open.get(this.#run, id)
    return row === undefined ? undefined : pageOf(row)
  }

  done({ claim, ...commit }: PageCommit, now: number): void {
    const {
      records,
      rejects,
      warnings,
      redactions,
      bytes,
      filtered,
      sums,
      reportedTotal,
      fingerprint,
      cursor,
      stop,
    } = commit
    this.#statements.done.run(
      records.length,
      rejects.length,
      warnings,
      redactions,
      filtered ?? 0,
      bytes,
      sums === undefined ? null : JSON.stringify(sums),
      reportedTotal ?? null,
      fingerprint ?? null,
      cursor?.value ?? null,
      stop ?? null,
      now,
      this.#run,
      claim.page.id,
    )
  }

  /** False when the page was known already. */
  add(page: PageRef): boolean {
    return this.#insert(this.#run, page)
  }

  giveBack({ page }: Claim, notBefore: number, spent: number): void {
    this.#statements.giveBack.run(notBefore, spent, this.#run, page.id)
  }

  fail({ page }: Claim, code: string, message: string): void {
    this.#statements.fail.run(code, message, this.#run, page.id)
  }

  spendTry(id: string, attempt: number): void {
    this.#statements.spendTry.run(attempt, this.#run, id)
  }

  /** Pages that are neither done nor failed, by ordinal and id: at most `PENDING_PORTION`. */
  pending(stream: string, after: PageOrder & Pick<PageRef, 'id'> = { ordinal: -1, id: '' }): PageRef[] {
    return this.#statements.pending.all(this.#run, stream, orderOf(after), after.id).map(pageOf)
  }

  /** By stream, how many are neither done nor failed. */
  countPending(): Map<string, number> {
    return new Map(this.#statements.countPending.all(this.#run))
  }

  isKnown(id: string): boolean {
    return this.#statements.known.get(this.#run, id) !== undefined
  }

  /** The values of a part whose pages are all done and ended well; undefined of another. */
  highsOf(stream: string, part: string): string[] | undefined {
    const { unfinished, highs } = this.#statements
    return unfinished.get(this.#run, stream, part) === undefined
      ? highs.all(this.#run, stream, part)
      : undefined
  }

  served(stream: string, fingerprint: string): string[] {
    return this.#statements.served.all(this.#run, stream, fingerprint)
  }
}

function prepare(database: Database) {
  return {
    open: database.prepare<[number, string], PageRow>(
      "select id, stream, ordinal, ref, tries, not_before from pages where run = ? and id = ? and state = 'pending'",
    ),
    done: database.prepare(
      `update pages set state = 'done', records = ?, rejects = ?, warnings = ?, redactions = ?, filtered = ?, bytes = ?,
          sums = ?, reported_total = ?, fingerprint = ?, high = ?, stop = ?, done_at = ?, error_code = null, error_message = null
        where run = ? and id = ?`,
    ),
    giveBack: database.prepare('update pages set not_before = ?, tries = tries + ? where run = ? and id = ?'),
    fail: database.prepare(
      "update pages set state = 'failed', error_code = ?, error_message = ? where run = ? and id = ?",
    ),
    spendTry: database.prepare('update pages set tries = max(tries, ?) where run = ? and id = ?'),
    pending: database.prepare<[number, string, number, string], PageRow>(
      `select id, stream, ordinal, ref, tries, not_before from pages
        where run = ? and stream = ? and state = 'pending' and (ordinal, id) > (?, ?)
        order by ordinal, id limit ${PENDING_PORTION}`,
    ),
    countPending: database
      .prepare<[number], [string, number]>(
        "select stream, count(*) from pages where run = ? and state = 'pending' group by stream",
      )
      .raw(),
    known: database.prepare('select 1 from pages where run = ? and id = ?'),
    unfinished: database.prepare(
      `select 1 from pages where run = ? and stream = ? and part = ?
        and (state <> 'done' or stop in ('loop', 'no-cursor', 'max-pages')) limit 1`,
    ),
    highs: database
      .prepare<[number, string, string], string>(
        'select distinct high from pages where run = ? and stream = ? and part = ? and high is not null',
      )
      .pluck(),
    served: database
      .prepare<[number, string, string], string>(
        'select id from pages indexed by pages_served where run = ? and stream = ? and fingerprint = ? order by ordinal, id limit 2',
      )
      .pluck(),
  }
}
