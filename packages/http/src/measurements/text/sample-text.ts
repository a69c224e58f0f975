import { aligned } from './aligned.js'
import { cutTo, wrapped } from './fitted.js'

/** A few records of a stream, to be shown. */
export interface ShownSample {
  readonly name: string
  readonly records: readonly Readonly<Record<string, unknown>>[]
  readonly rejected: number
  readonly problems: readonly string[]
}

const WIDTH = 80
const WIDEST_CELL = 32

/** Each stream with a table of its records; no line is wider than 80 columns but for a long word. */
export function sampleText(streams: readonly ShownSample[]): string {
  return streams.map(stream => streamLines(stream).join('\n')).join('\n\n')
}

function streamLines({ name, records, rejected, problems }: ShownSample): string[] {
  const more = rejected === 0 ? '' : `, ${rejected} rejected`
  return [
    `${name}: ${records.length === 1 ? '1 record' : `${records.length} records`}${more}`,
    ...problems.flatMap(problem => wrapped(`  ${problem}`, WIDTH, '    ')),
    ...(records.length === 0 ? [] : tableOf(records)),
  ]
}

/** As many of the fields as have room, in the order in which they come; the names of the others below. */
function tableOf(records: ShownSample['records']): string[] {
  const fields = [...new Set(records.flatMap(record => Object.keys(record)))]
  const columns = fields.map(field => [cell(field), ...records.map(record => cell(textOf(record[field])))])
  const shown = howMany(columns)
  const rows = [...Array(records.length + 1).keys()].map(row =>
    columns.slice(0, shown).map(column => column[row] ?? ''),
  )
  const left = fields.slice(shown)
  return [
    ...aligned(rows, shown),
    ...(left.length === 0 ? [] : wrapped(`and ${left.map(cell).join(', ')}`, WIDTH, '  ')),
  ]
}

function howMany(columns: readonly (readonly string[])[]): number {
  let width = 0
  for (const [index, column] of columns.entries()) {
    width += Math.max(...column.map(text => text.length)) + (index === 0 ? 0 : 2)
    if (width > WIDTH) return index
  }
  return columns.length
}

/** On one line. */
function cell(text: string): string {
  return cutTo(text.replace(/\s+/g, ' '), WIDEST_CELL)
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
