import type { KeptCursor } from '../ledger.js'
import type { PageState } from '../page.js'
import type { Database } from './open-database.js'
import { storedObject } from './stored-json.js'

/** How far all streams and their parts have come. */
export function keptCursors(database: Database): KeptCursor[] {
  return database
    .prepare<[], { stream: string; part: string; state: string }>(
      'select stream, part, state from cursors order by stream, part',
    )
    .all()
    .map(row => ({ ...row, state: storedObject(row.state) as PageState }))
}

/** Writes each, or forgets it where it has no state. To be called in a transaction. */
export function keepCursors(database: Database, cursors: readonly KeptCursor[]): void {
  const keep = database.prepare('insert or replace into cursors (stream, part, state) values (?, ?, ?)')
  const forget = database.prepare('delete from cursors where stream = ? and part = ?')
  for (const { stream, part, state } of cursors) {
    if (state === undefined) forget.run(stream, part)
    else keep.run(stream, part, JSON.stringify(state))
  }
}

/** Forgets all parts of streams. */
export function forgetCursors(database: Database, streams: readonly string[]): void {
  const forget = database.prepare('delete from cursors where stream = ?')
  for (const stream of streams) forget.run(stream)
}
