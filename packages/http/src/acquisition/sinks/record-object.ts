import type { RecordChange } from '../ledger/index.js'
import { DELETED_AT, RECORD_ID } from '../records/index.js'
import { DELETED, isGone } from './sink.js'

/** A record as one object: its id, that its source does not have it any more if so, and all its fields. */
export function recordObject({ id, fields, deletedAt }: RecordChange): Record<string, unknown> {
  return {
    [RECORD_ID]: id,
    ...(isGone({ fields, deletedAt }) && { [DELETED]: true }),
    ...(deletedAt !== undefined && { [DELETED_AT]: new Date(deletedAt).toISOString() }),
    ...fields,
  }
}
