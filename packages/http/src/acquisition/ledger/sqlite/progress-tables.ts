import type { RunStatus } from '../../../measurements/index.js'
import type { RunEnd } from '../../summary/index.js'
import { higher } from '../cursor-order.js'
import type { PageState, StreamCursor } from '../page.js'
import type { Database } from './open-database.js'
import { storedObject } from './stored-json.js'

/** Reads how far a stream, or a part of it, has come. */
export function cursorReader(
  database: Database,
): (stream: string, partition: string) => PageState | undefined {
  const select = database
    .prepare<[string, string], string>('select state from cursors where stream = ? and part = ?')
    .pluck()
  return (stream, partition) => {
    const text = select.get(stream, partition)
    return text === undefined ? undefined : (storedObject(text) as PageState)
  }
}

/** How far streams and the run itself have come. */
export class ProgressTables {
  readonly #run: number
  readonly #statements: ReturnType<typeof prepare>

  constructor(database: Database, run: number) {
    this.#run = run
    this.#statements = prepare(database)
  }

  endStream(stream: string, reason: string): void {
    this.#statements.endStream.run(reason, this.#run, stream)
  }

  cursor(stream: string, partition: string): PageState | undefined {
    return this.#statements.cursor(stream, partition)
  }

  /** Keeps the highest value of a part, which never falls while the field is the same, and its mark. */
  raiseCursor(stream: string, part: string, cursor: StreamCursor, values: readonly string[]): void {
    const { field, type = 'text', mark } = cursor
    const known = this.cursor(stream, part)
    const before = field !== undefined && known?.['field'] === field ? String(known['since']) : undefined
    const since = values.reduce<string | undefined>((a, b) => higher(type, a, b), before)
    const state = { ...(since !== undefined && { field, since }), ...(mark !== undefined && { mark }) }
    if (Object.keys(state).length > 0) this.#statements.setCursor.run(stream, part, JSON.stringify(state))
  }

  /** Keeps values of a parent of a stream that is taken for several. */
  addParents(stream: string, root: string, values: readonly string[]): void {
    for (const value of values) this.#statements.addParent.run(this.#run, stream, root, value)
  }

  parents(stream: string, root: string): string[] {
    return this.#statements.parents.all(this.#run, stream, root)
  }

  end(now: number, reason: RunEnd, status: RunStatus): void {
    this.#statements.end.run(now, reason, status, this.#run)
  }

  delivered(): void {
    this.#statements.delivered.run(this.#run)
  }
}

function prepare(database: Database) {
  return {
    endStream: database.prepare('update streams set ended = ? where run = ? and name = ?'),
    cursor: cursorReader(database),
    addParent: database.prepare(
      'insert or ignore into parents (run, stream, root, value) values (?, ?, ?, ?)',
    ),
    parents: database
      .prepare<[number, string, string], string>(
        'select value from parents where run = ? and stream = ? and root = ? order by value',
      )
      .pluck(),
    setCursor: database.prepare('insert or replace into cursors (stream, part, state) values (?, ?, ?)'),
    end: database.prepare('update runs set finished_at = ?, ended = ?, status = ? where run = ?'),
    delivered: database.prepare('update runs set delivered = 1 where run = ?'),
  }
}
