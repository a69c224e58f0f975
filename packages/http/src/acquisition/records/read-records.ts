import type { Secrets } from '../secrets/index.js'
import { childrenReader } from './child-plans.js'
import { BadRow } from './decoders/bad-row.js'
import type { NormalisedPage } from './normalised-page.js'
import type { PageContext } from './page-context.js'
import type { PagePart } from './page-parts.js'
import { PageParts } from './page-parts.js'
import { rawText } from './raw-text.js'
import type { ReadingInstructions } from './reading-instructions.js'
import { recordFilter } from './record-filter.js'
import type { MappedRecords } from './record-mapper.js'
import { isRecord, recordMapper } from './record-mapper.js'

/** What a page's records become; the page's own words about paging are read beside it. */
type ReadRecords = Omit<NormalisedPage, 'paging'>

/** `handOn` takes the first parts of a page that has many rows; the answer lacks them then. */
type RecordsReader = (
  rows: Iterable<unknown>,
  context?: PageContext,
  handOn?: (part: PagePart) => void,
) => ReadRecords

/** Compiles what the instructions say of single records: which are taken, as what, and what they begin. */
export function recordsReader(
  { where, mapping, children = [] }: ReadingInstructions,
  secrets: Secrets,
  maxWeight: number,
): RecordsReader {
  const passes = where === undefined ? undefined : recordFilter(where)
  const mapRecord = recordMapper(mapping, secrets)
  const childrenOf = childrenReader(children, secrets)
  const read = (row: unknown, index: number, sink: MappedRecords, parents: unknown[]): void => {
    if (row instanceof BadRow) {
      sink.rejects.push(row.rejected(index))
      return
    }
    if (isRecord(row)) {
      if (passes?.(row) === false) {
        sink.filtered.push(rawText(row))
        return
      }
      if (childrenOf !== undefined) parents.push(row)
    }
    mapRecord(row, index, sink)
  }
  return (rows, _context, handOn) => {
    const sink = emptySink()
    const parts = new PageParts(sink, maxWeight, handOn)
    const parents: unknown[] = []
    let count = 0
    for (const row of rows) {
      read(row, count, sink, parents)
      parts.rowRead()
      count += 1
    }
    const { unreadable, filtered: _filtered, ...mapped } = sink
    return {
      recordCount: count,
      ...mapped,
      ...(unreadable.size > 0 && { unreadable: [...unreadable.values()] }),
      ...childrenOf?.(parents),
      ...parts.end(),
    }
  }
}

function emptySink(): MappedRecords {
  return { records: [], rejects: [], filtered: [], warnings: 0, redactions: 0, unreadable: new Map() }
}
