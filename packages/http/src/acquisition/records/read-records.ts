import { createHash } from 'node:crypto'
import type { Secrets } from '../secrets/index.js'
import { BrokenRow } from './broken-row.js'
import { childrenReader } from './child-plans.js'
import { BadRow } from './decoders/bad-row.js'
import { numericFieldsOf, SumsOfFields } from './field-sums.js'
import { isRecord } from './is-record.js'
import type { NormalisedPage } from './normalised-page.js'
import type { PageContext } from './page-context.js'
import { PageNotes } from './page-notes.js'
import { rawText } from './raw-text.js'
import type { ReadingInstructions } from './reading-instructions.js'
import { recordFilter } from './record-filter.js'
import type { MappedRecords } from './mapped-records.js'
import { recordMapper } from './record-mapper.js'
import { recordsWeight } from './records-weight.js'

/** What a page's records become; the page's own words about paging are read beside it. */
type ReadRecords = Omit<NormalisedPage, 'paging'>

/** Compiles what the instructions say of single records: which are taken, as what, and what they begin. */
export function recordsReader(
  instructions: ReadingInstructions,
  secrets: Secrets,
): (rows: Iterable<unknown>, context?: PageContext) => ReadRecords {
  const { where, children = [] } = instructions
  const passes = where === undefined ? undefined : recordFilter(where)
  const mapRecord = recordMapper(instructions, secrets)
  const childrenOf = childrenReader(children, secrets)
  const numericFields = numericFieldsOf(instructions.mapping)
  const isAppended = instructions.id === 'none'
  return (rows, context) => {
    const pageId = pageIdOf(instructions, context)
    const sink = emptySink(numericFields)
    const parents = childrenOf?.()
    const marks = createHash('sha1')
    let recordCount = 0
    for (const row of rows) {
      const place = { index: recordCount, pageId }
      recordCount += 1
      if (isAppended) marks.update(rawText(row))
      if (row instanceof BadRow || row instanceof BrokenRow) sink.rejects.push(row.rejected(place.index))
      else if (isRecord(row) && passes?.(row) === false) sink.filtered.push(rawText(row))
      else {
        if (isRecord(row)) parents?.add(row)
        mapRecord(row, place, sink)
      }
    }
    if (!isAppended) marks.update(JSON.stringify(marksOf(sink)))
    const { unreadable, filtered, notes, sums, ...mapped } = sink
    return {
      recordCount,
      ...mapped,
      ...(filtered.length > 0 && { filtered: filtered.length }),
      ...(unreadable.size > 0 && { unreadable: [...unreadable.values()] }),
      ...(notes.all.length > 0 && { notes: notes.all }),
      ...parents?.planned(),
      sums: sums.values(),
      weight: recordsWeight(sink),
      fingerprint: marks.digest('base64'),
    }
  }
}

/** @throws TypeError where records are told apart by their page, and nobody says which it is. */
function pageIdOf({ stream, id }: ReadingInstructions, context: PageContext | undefined): string {
  if (id === 'none' && context === undefined)
    throw new TypeError(`the page of ${stream} has no id, by which its records are told apart`)
  return context?.pageId ?? ''
}

function emptySink(numericFields: readonly string[]): MappedRecords {
  return {
    records: [],
    rejects: [],
    filtered: [],
    warnings: 0,
    redactions: 0,
    unreadable: new Map(),
    notes: new PageNotes(),
    sums: new SumsOfFields(numericFields),
  }
}

/**
 * Ids, and the raw text of what has none, as has every row of a stream whose ids tell its page: the same rows
 * give the same fingerprint, whatever is around them.
 */
function marksOf({ records, rejects, filtered }: MappedRecords): readonly string[] {
  return [...records.map(record => record.id), ...rejects.map(rejected => rejected.raw), ...filtered]
}
