import type { KnownPage } from '../ledger.js'
import type { Claim, PageCommit, PageRef } from '../page.js'
import type { Database } from './open-database.js'

interface PageRow {
  readonly ref: string
  readonly tries: number
  readonly not_before: number
  readonly fence: number
}

const PENDING_BATCH = 1_000

/** The page's own part of its row; tries and notBefore have columns, since they change. */
function serialise({ tries: _tries, notBefore: _notBefore, ...lasting }: PageRef): string {
  return JSON.stringify(lasting)
}

function pageOf(row: PageRow): PageRef {
  const lasting = JSON.parse(row.ref) as Omit<PageRef, 'tries' | 'notBefore'>
  return { ...lasting, tries: row.tries, notBefore: row.not_before }
}

/** Makes a page known to a run; does nothing when it is known already. */
export function insertPage(database: Database): (run: number, page: PageRef) => void {
  const insert = database.prepare(
    'insert or ignore into pages (run, id, source, ordinal, ref, tries, not_before) values (?, ?, ?, ?, ?, ?, ?)',
  )
  return (run, page) =>
    void insert.run(run, page.id, page.source, page.ordinal, serialise(page), page.tries, page.notBefore)
}

/** The pages of one run: who holds them, what has become of them. */
export class PageTable {
  readonly #run: number
  readonly #insert: (run: number, page: PageRef) => void
  readonly #statements: ReturnType<typeof prepare>

  constructor(database: Database, run: number) {
    this.#run = run
    this.#insert = insertPage(database)
    this.#statements = prepare(database)
  }

  claim(id: string, worker: string, now: number, leaseMs: number): Claim | undefined {
    const row = this.#statements.claim.get({ run: this.#run, id, worker, now, until: now + leaseMs })
    return row === undefined ? undefined : { page: pageOf(row), worker, fence: row.fence }
  }

  renew({ page, fence }: Claim, until: number): boolean {
    return this.#statements.renew.run(until, this.#run, page.id, fence).changes === 1
  }

  /** False when the claim is stale. */
  done(commit: PageCommit, now: number): boolean {
    const { claim, records, rejects, warnings, redactions, bytes, reportedTotal, fingerprint, stop } = commit
    const { changes } = this.#statements.done.run({
      run: this.#run,
      id: claim.page.id,
      fence: claim.fence,
      records: records.length,
      rejects: rejects.length,
      warnings,
      redactions,
      bytes,
      reportedTotal: reportedTotal ?? null,
      fingerprint: fingerprint ?? null,
      stop: stop ?? null,
      now,
    })
    return changes === 1
  }

  add(page: PageRef): void {
    this.#insert(this.#run, page)
  }

  giveBack({ page, fence }: Claim, notBefore: number, spent: number): boolean {
    return this.#statements.giveBack.run(notBefore, spent, this.#run, page.id, fence).changes === 1
  }

  fail({ page, fence }: Claim, code: string, message: string): boolean {
    return this.#statements.fail.run(code, message, this.#run, page.id, fence).changes === 1
  }

  spendTry(id: string, attempt: number): void {
    this.#statements.spendTry.run(attempt, this.#run, id)
  }

  pending(now: number, after: string): PageRef[] {
    this.#statements.free.run(this.#run, now)
    return this.#statements.pending.all(this.#run, after).map(pageOf)
  }

  known(): KnownPage[] {
    return this.#statements.known.all(this.#run)
  }
}

function prepare(database: Database) {
  const held = "where run = ? and id = ? and state = 'claimed' and fence = ?"
  return {
    claim: database.prepare<[object], PageRow>(
      `update pages set state = 'claimed', worker = @worker, lease_until = @until, fence = fence + 1
        where run = @run and id = @id
          and (state = 'pending' or (state = 'claimed' and lease_until <= @now))
        returning ref, tries, not_before, fence`,
    ),
    renew: database.prepare(`update pages set lease_until = ? ${held}`),
    done: database.prepare(
      `update pages set state = 'done', records = @records, rejects = @rejects, warnings = @warnings,
          redactions = @redactions, bytes = @bytes, reported_total = @reportedTotal, fingerprint = @fingerprint, stop = @stop, done_at = @now,
          worker = null,
          error_code = null, error_message = null
        where run = @run and id = @id and state = 'claimed' and fence = @fence`,
    ),
    giveBack: database.prepare(
      `update pages set state = 'pending', worker = null, not_before = ?, tries = tries + ? ${held}`,
    ),
    fail: database.prepare(
      `update pages set state = 'failed', worker = null, error_code = ?, error_message = ? ${held}`,
    ),
    spendTry: database.prepare('update pages set tries = max(tries, ?) where run = ? and id = ?'),
    free: database.prepare(
      "update pages set state = 'pending', worker = null where run = ? and state = 'claimed' and lease_until <= ?",
    ),
    pending: database.prepare<[number, string], PageRow>(
      `select ref, tries, not_before, fence from pages where run = ? and state = 'pending' and id > ?
        order by id limit ${PENDING_BATCH}`,
    ),
    known: database.prepare<[number], KnownPage>('select id, source, fingerprint from pages where run = ?'),
  }
}
