import type { RecordChange } from '../ledger.js'
import type { Database } from './open-database.js'
import { storedObject } from './stored-json.js'

interface ChangeRow {
  readonly position: number
  readonly id: string
  readonly fields: string | null
  readonly deletedAt: number | null
}

const PORTION = 1_000

/** Reads records as they stand, by position and in portions: no statement is open while whoever asks is at work. */
export function recordChanges(
  database: Database,
): (stream: string, after: number) => Generator<RecordChange, void> {
  const select = database.prepare<[string, number], ChangeRow>(
    `select position, id, fields, deleted_at as deletedAt from records
      where stream = ? and position > ? order by position limit ${PORTION}`,
  )
  return function* (stream, after) {
    for (let from = after; ; ) {
      const rows = select.all(stream, from)
      for (const { fields, deletedAt, ...row } of rows)
        yield {
          ...row,
          stream,
          fields: fields === null ? null : (storedObject(fields) as Record<string, unknown>),
          ...(deletedAt !== null && { deletedAt }),
        }
      const last = rows.at(-1)
      if (last === undefined) return
      from = last.position
    }
  }
}
