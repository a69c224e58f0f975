import type { MappedRecords } from './mapped-records.js'

/** An object with its place in a list. */
const OBJECT_BYTES = 150

/** About what the records and rejects of a page take in memory: many small ones are heavier than their JSON. */
export function recordsWeight({ records, rejects }: Pick<MappedRecords, 'records' | 'rejects'>): number {
  let bytes = (records.length + rejects.length) * OBJECT_BYTES
  for (const { id, json } of records) bytes += id.length + json.length
  for (const { reason, raw } of rejects) bytes += reason.length + raw.length
  return bytes
}
