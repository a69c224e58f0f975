import { hash } from 'node:crypto'
import type { Secrets } from '../secrets/index.js'
import { childrenReader } from './child-plans.js'
import { BadRow } from './decoders/bad-row.js'
import { numericFieldsOf, SumsOfFields } from './field-sums.js'
import type { NormalisedPage } from './normalised-page.js'
import type { PageContext } from './page-context.js'
import { rawText } from './raw-text.js'
import type { ReadingInstructions } from './reading-instructions.js'
import { recordFilter } from './record-filter.js'
import type { MappedRecords } from './record-mapper.js'
import { isRecord, recordMapper } from './record-mapper.js'
import { recordsWeight } from './records-weight.js'

/** What a page's records become; the page's own words about paging are read beside it. */
type ReadRecords = Omit<NormalisedPage, 'paging'>

/** Compiles what the instructions say of single records: which are taken, as what, and what they begin. */
export function recordsReader(
  { where, mapping, children = [] }: ReadingInstructions,
  secrets: Secrets,
): (rows: Iterable<unknown>, context?: PageContext) => ReadRecords {
  const passes = where === undefined ? undefined : recordFilter(where)
  const mapRecord = recordMapper(mapping, secrets)
  const childrenOf = childrenReader(children, secrets)
  const numericFields = numericFieldsOf(mapping)
  return rows => {
    const sink = emptySink(numericFields)
    const parents: unknown[] = []
    let count = 0
    for (const row of rows) {
      const index = count
      count += 1
      if (row instanceof BadRow) {
        sink.rejects.push(row.rejected(index))
        continue
      }
      if (isRecord(row)) {
        if (passes?.(row) === false) {
          sink.filtered.push(rawText(row))
          continue
        }
        if (childrenOf !== undefined) parents.push(row)
      }
      mapRecord(row, index, sink)
    }
    const { unreadable, filtered, sums, ...mapped } = sink
    return {
      recordCount: count,
      ...mapped,
      ...(filtered.length > 0 && { filtered: filtered.length }),
      ...(unreadable.size > 0 && { unreadable: [...unreadable.values()] }),
      ...childrenOf?.(parents),
      sums: sums.values(),
      weight: recordsWeight(sink),
      fingerprint: fingerprintOf(sink),
    }
  }
}

function emptySink(numericFields: readonly string[]): MappedRecords {
  const lists = { records: [], rejects: [], filtered: [], unreadable: new Map() }
  return { ...lists, warnings: 0, redactions: 0, sums: new SumsOfFields(numericFields) }
}

/**
 * By ids, and by the raw text of what has none: the same rows give the same fingerprint, whatever is around
 * them.
 */
function fingerprintOf({ records, rejects, filtered }: MappedRecords): string {
  const rows = [...records.map(record => record.id), ...rejects.map(rejected => rejected.raw), ...filtered]
  return hash('sha1', JSON.stringify(rows), 'base64')
}
