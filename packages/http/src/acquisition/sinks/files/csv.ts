import type { RecordChange } from '../../ledger/index.js'
import type { Column } from '../../records/index.js'
import { DELETED_AT, RECORD_ID } from '../../records/index.js'
import { DELETED, isGone } from '../sink.js'
import type { FileFormat } from './file-format.js'
import { fileKind } from './file-kind.js'

/** What RFC 4180 wants in quotes, and an empty text, which is no null. */
const quoted = /^$|[",\r\n]/

/**
 * RFC 4180 with a header and CRLF. Null is empty, and an empty text `""`; columns of several types, lists and
 * objects are JSON. Of a record that is gone for good there is the id alone.
 */
const format: FileFormat = {
  extension: 'csv',
  head: columns => row([RECORD_ID, DELETED, DELETED_AT, ...columns.map(({ name }) => name)]),
  line: (change, columns) => {
    const { id, fields, deletedAt } = change
    const at = deletedAt === undefined ? null : new Date(deletedAt).toISOString()
    return row([id, isGone(change) ? 'true' : null, at, ...columns.map(column => textOf(fields, column))])
  },
}

/** CSV in files. */
export const csvSink = fileKind('csv', 'files of CSV (RFC 4180), each with a header', format)

function textOf(fields: RecordChange['fields'], { type, read }: Column): string | null {
  const value = fields === null ? null : read(fields)
  if (value === null) return null
  return typeof value === 'string' && type !== 'json' ? value : JSON.stringify(value)
}

function row(cells: readonly (string | null)[]): string {
  return `${cells.map(cellText).join(',')}\r\n`
}

function cellText(cell: string | null): string {
  if (cell === null) return ''
  return quoted.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
