import type { Secrets } from '../secrets/index.js'
import { addedReader } from './added-fields.js'
import { BrokenRow } from './broken-row.js'
import { childrenReader } from './child-plans.js'
import type { Computed } from './computed-fields.js'
import { BadRow } from './decoders/bad-row.js'
import { numericFieldsOf, SumsOfFields } from './field-sums.js'
import { LeftOutRow } from './hooks/left-out-row.js'
import { isRecord } from './is-record.js'
import type { NormalisedPage } from './normalised-page.js'
import type { PageContext } from './page-context.js'
import type { PagePart } from './page-parts.js'
import { PageParts } from './page-parts.js'
import { PageNotes } from './page-notes.js'
import { rawText } from './raw-text.js'
import type { ReadingInstructions } from './reading-instructions.js'
import { recordFilter } from './record-filter.js'
import type { MappedRecords } from './mapped-records.js'
import { recordMapper } from './record-mapper.js'
import type { SinceValues } from './since-reader.js'
import { sinceReader } from './since-reader.js'
import { TypesOfFields } from './types-of-fields.js'

/** What a page's records become; the page's own words about paging are read beside it. */
type ReadRecords = Omit<NormalisedPage, 'paging'>

/** `handOn` takes the first parts of a page that has many rows; the answer lacks them then. */
type RecordsReader = (
  rows: Iterable<unknown>,
  context?: PageContext,
  handOn?: (part: PagePart) => void,
  computed?: Computed,
) => ReadRecords

/** Compiles what the instructions say of single records: which are taken, as what, and what they begin. */
export function recordsReader(
  instructions: ReadingInstructions,
  secrets: Secrets,
  maxWeight: number,
): RecordsReader {
  const { where, children = [], add = {} } = instructions
  const passes = where === undefined ? undefined : recordFilter(where)
  const mapRecord = recordMapper(instructions, secrets)
  const names = Object.keys(add)
  const childrenOf = childrenReader(children, secrets, names)
  const addedOf = addedReader(add, secrets)
  const numericFields = numericFieldsOf(instructions.mapping)
  const valuesSince = instructions.since && sinceReader(instructions.since, names)
  return (rows, context, handOn, computed) => {
    const pageId = pageIdOf(instructions, context)
    const sink = emptySink(numericFields, instructions)
    const parts = new PageParts(sink, { maxWeight, isAppended: instructions.id === 'none', handOn })
    const values = valuesSince?.(context?.window?.since)
    const parents = childrenOf?.()
    const added = addedOf(context)
    let recordCount = 0
    for (const row of rows) {
      const index = recordCount
      recordCount += 1
      if (row instanceof BadRow || row instanceof BrokenRow) sink.rejects.push(row.rejected(index))
      else if (row instanceof LeftOutRow) sink.filtered.push(rawText(row))
      else if (!isRecord(row)) mapRecord(row, { index, pageId }, sink)
      else if (passes?.(row) === false) sink.filtered.push(rawText(row))
      else {
        const own = added(row, computed?.get(row))
        parents?.add(row, own)
        if (values?.take(row, own) === false) sink.filtered.push(rawText(row))
        else mapRecord(row, { index, pageId, added: own }, sink)
      }
      parts.rowRead(row)
    }
    const { unreadable, filtered: _filtered, notes, sums, types, ...mapped } = sink
    return {
      recordCount,
      ...mapped,
      ...(unreadable.size > 0 && { unreadable: [...unreadable.values()] }),
      ...(notes.all.length > 0 && { notes: notes.all }),
      ...parents?.planned(),
      sums: sums.values(),
      ...(types !== undefined && { types: types.values() }),
      ...(values !== undefined && newest(values)),
      ...parts.end(),
    }
  }
}

function newest({ highest, reachedKnown, unread }: SinceValues): Partial<NormalisedPage> {
  return { highest, reachedKnown, ...(unread > 0 && { cursorsUnread: unread }) }
}

/** @throws TypeError where records are told apart by their page, and nobody says which it is. */
function pageIdOf({ stream, id }: ReadingInstructions, context: PageContext | undefined): string {
  if (id === 'none' && context === undefined)
    throw new TypeError(`the page of ${stream} has no id, by which its records are told apart`)
  return context?.pageId ?? ''
}

function emptySink(
  numericFields: readonly string[],
  { mapping, keep, add }: ReadingInstructions,
): MappedRecords {
  const isDeclared = mapping !== undefined && keep === undefined && add === undefined
  return {
    records: [],
    rejects: [],
    filtered: [],
    warnings: 0,
    redactions: 0,
    unreadable: new Map(),
    notes: new PageNotes(),
    sums: new SumsOfFields(numericFields),
    types: isDeclared ? undefined : new TypesOfFields(Object.keys(mapping ?? {})),
  }
}
