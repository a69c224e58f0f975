import type { FieldValue } from './types/field-type.js'
import type { MappedRecords } from './record-mapper.js'

/** An object with its place in a list, and a field in it. */
const OBJECT_BYTES = 150
const FIELD_BYTES = 16

/** About what the records and rejects of a page take in memory: many small ones are heavier than their JSON. */
export function recordsWeight({ records, rejects }: Pick<MappedRecords, 'records' | 'rejects'>): number {
  let bytes = (records.length + rejects.length) * OBJECT_BYTES
  for (const { id, fields } of records) {
    bytes += id.length
    for (const name in fields) bytes += FIELD_BYTES + textLength(fields[name])
  }
  for (const { reason, raw } of rejects) bytes += reason.length + raw.length
  return bytes
}

function textLength(value: FieldValue | undefined): number {
  if (typeof value === 'string') return value.length
  return typeof value === 'object' && value !== null ? OBJECT_BYTES : 0
}
