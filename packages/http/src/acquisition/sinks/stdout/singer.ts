import type { RecordChange } from '../../ledger/index.js'
import type { Column, ColumnType, JsonSchema } from '../../records/index.js'
import { RECORD_ID } from '../../records/index.js'
import { isGone } from '../sink.js'
import type { MessageFormat } from './message-format.js'

/** By it targets know a record that is gone. */
const SDC_DELETED_AT = '_sdc_deleted_at'

/** Values of each type, null apart, in JSON Schema (draft 4, which Singer knows). */
const SCHEMAS: Readonly<Record<ColumnType, JsonSchema>> = {
  text: { type: ['null', 'string'] },
  // Beyond 2^53 they are texts of digits.
  integer: { type: ['null', 'integer', 'string'] },
  decimal: { type: ['null', 'string'] },
  number: { type: ['null', 'number'] },
  boolean: { type: ['null', 'boolean'] },
  date: { type: ['null', 'string'], format: 'date' },
  instant: { type: ['null', 'string'], format: 'date-time' },
  json: {},
}

/**
 * The messages of a Singer tap (https://github.com/singer-io/getting-started/blob/master/docs/SPEC.md): SCHEMA, RECORD,
 * and STATE after each stream.
 */
export const singer: MessageFormat = {
  head: ({ name, columns }) =>
    message({ type: 'SCHEMA', stream: name, schema: schemaOf(columns), key_properties: [RECORD_ID] }),
  line: (change, { name, columns }, at) =>
    message({ type: 'RECORD', stream: name, record: recordOf(change, columns, at) }),
  end: (ledger, delivered) =>
    message({
      type: 'STATE',
      value: {
        bookmarks: Object.fromEntries(
          delivered.map(({ stream, position }) => [stream, { ledger, position }]),
        ),
      },
    }),
}

function message(value: object): string {
  return `${JSON.stringify(value)}\n`
}

function schemaOf(columns: readonly Column[]): JsonSchema {
  const own = { [RECORD_ID]: { type: ['string'] }, [SDC_DELETED_AT]: SCHEMAS.instant }
  return {
    type: 'object',
    properties: { ...own, ...Object.fromEntries(columns.map(({ name, type }) => [name, SCHEMAS[type]])) },
  }
}

function recordOf(change: RecordChange, columns: readonly Column[], at: number): object {
  const { id, fields, deletedAt = at } = change
  return {
    [RECORD_ID]: id,
    [SDC_DELETED_AT]: isGone(change) ? new Date(deletedAt).toISOString() : null,
    ...(fields !== null && Object.fromEntries(columns.map(({ name, read }) => [name, read(fields)]))),
  }
}
