import { hash } from 'node:crypto'
import type { Secrets } from '../secrets/index.js'
import { BrokenRow } from './broken-row.js'
import { childrenReader } from './child-plans.js'
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
): (rows: readonly unknown[], context?: PageContext) => ReadRecords {
  const { where, children = [] } = instructions
  const passes = where === undefined ? undefined : recordFilter(where)
  const mapRecord = recordMapper(instructions, secrets)
  const childrenOf = childrenReader(children, secrets)
  return (rows, context) => {
    const pageId = pageIdOf(instructions, context)
    const sink = emptySink()
    const parents: unknown[] = []
    for (const [index, row] of rows.entries()) {
      if (isRecord(row) && !(row instanceof BrokenRow)) {
        if (passes?.(row) === false) {
          sink.filtered.push(rawText(row))
          continue
        }
        if (childrenOf !== undefined) parents.push(row)
      }
      mapRecord(row, { index, pageId }, sink)
    }
    const { unreadable, filtered, notes, ...mapped } = sink
    return {
      recordCount: rows.length,
      ...mapped,
      ...(filtered.length > 0 && { filtered: filtered.length }),
      ...(unreadable.size > 0 && { unreadable: [...unreadable.values()] }),
      ...(notes.all.length > 0 && { notes: notes.all }),
      ...childrenOf?.(parents),
      weight: recordsWeight(sink),
      fingerprint: fingerprintOf(instructions.id === 'none' ? rows.map(rawOf) : marksOf(sink)),
    }
  }
}

/** @throws TypeError where records are told apart by their page, and nobody says which it is. */
function pageIdOf({ stream, id }: ReadingInstructions, context: PageContext | undefined): string {
  if (id === 'none' && context === undefined)
    throw new TypeError(`the page of ${stream} has no id, by which its records are told apart`)
  return context?.pageId ?? ''
}

function emptySink(): MappedRecords {
  return {
    records: [],
    rejects: [],
    filtered: [],
    warnings: 0,
    redactions: 0,
    unreadable: new Map(),
    notes: new PageNotes(),
  }
}

/**
 * By ids, and by the raw text of what has none: the same rows give the same fingerprint, whatever is around
 * them.
 */
function marksOf({ records, rejects, filtered }: MappedRecords): readonly string[] {
  return [...records.map(record => record.id), ...rejects.map(rejected => rejected.raw), ...filtered]
}

function rawOf(row: unknown): string {
  return rawText(row instanceof BrokenRow ? row.raw : row)
}

function fingerprintOf(marks: readonly string[]): string {
  return hash('sha1', JSON.stringify(marks), 'base64')
}
