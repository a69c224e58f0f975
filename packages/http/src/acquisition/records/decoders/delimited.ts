import type { SchemaParts } from '../../schema/index.js'
import { PageInvalidError } from '../page-invalid-error.js'
import { shown } from '../unreadable.js'
import { BadRow } from './bad-row.js'
import { decodePieces } from './charset.js'
import { columnNames } from './column-names.js'
import { delimitedRows } from './delimited-rows.js'
import type { BodyHead, Decode } from './format-kind.js'
import { mediaType, otherThanTable } from './other-format.js'
import type { DelimitedRow, Dialect } from './row-reader.js'
import { withoutLines } from './without-lines.js'

/** How pages of rows are written whose values are set apart by a sign. */
export interface DelimitedOptions {
  /** One character. */
  readonly delimiter?: string | undefined
  /** One character, or `none`. Default `"`. */
  readonly quote?: string | undefined
  /** The first row has the names of the columns. Default true. */
  readonly header?: boolean | undefined
  /** The names of the columns, instead of the header's. */
  readonly columns?: readonly string[] | undefined
  /** Default: UTF-8, or what the content type says. */
  readonly charset?: string | undefined
  /** Lines without anything are no rows. Default true. */
  readonly skipEmpty?: boolean | undefined
  /** So many lines stand before the table. Default 0. */
  readonly skipLines?: number | undefined
  /** What the content type says is not looked at. Default false. */
  readonly anyContentType?: boolean | undefined
}

/** The keys of a delimited format, whose delimiter is `delimiter` where none is given. */
export function delimitedSchema(parts: SchemaParts, delimiter: string) {
  const { charset, count, flag, texts } = parts
  return {
    delimiter: oneSign(parts, 'one character; for tabs, type: tsv', /^[^\r\n"]$/u).prefault(delimiter),
    quote: oneSign(parts, 'one character, or none', /^(?:none|[^\r\n])$/u).prefault('"'),
    header: flag().prefault(true),
    columns: texts(),
    charset: charset().optional(),
    skipEmpty: flag().prefault(true),
    skipLines: count(0, 10_000).prefault(0),
    anyContentType: flag().prefault(false),
  }
}

function oneSign({ checkedText }: SchemaParts, allowed: string, pattern: RegExp) {
  return checkedText(allowed, text => pattern.test(text))
}

/** `name` stands in messages: `CSV`. */
export function delimitedDecoder(options: DelimitedOptions, delimiter: string, name: string): Decode {
  const dialect = dialectOf(options, delimiter)
  return (bytes, head) => {
    const contentType = options.anyContentType === true ? undefined : head.contentType
    const other = otherThanTable(bytes, { ...head, contentType }, name)
    return other ?? { rows: recordsOf(bytes, head, options, dialect) }
  }
}

function dialectOf({ delimiter, quote = '"' }: DelimitedOptions, usual: string): Dialect {
  return { delimiter: delimiter ?? usual, quote: quote === 'none' ? '' : quote }
}

function* recordsOf(
  bytes: Uint8Array,
  head: BodyHead,
  options: DelimitedOptions,
  dialect: Dialect,
): Generator {
  const { header = true, columns, charset, skipEmpty = true, skipLines = 0 } = options
  const pieces = withoutLines(decodePieces(bytes, head.contentType, charset), skipLines)
  let names = header ? undefined : columns
  let count = 0
  for (const row of delimitedRows(pieces, dialect)) {
    if (skipEmpty && row.raw === '') continue
    if (names === undefined) names = columnNames(row, columns, dialect)
    else yield recordOf(row, names, skipLines)
    count += 1
  }
  if (names === undefined) throw new PageInvalidError('EMPTY_BODY', 'the body is empty: it has no header')
  if (header && count === 1 && names.length === 1 && !isTable(head)) throw noTable(names)
}

/** @throws PageInvalidError for a last row that was cut off. */
function recordOf(row: DelimitedRow, names: readonly string[], skipped: number): unknown {
  const { values, problem, raw } = row
  const line = row.line + skipped
  if (problem !== undefined) return new BadRow(line, 'BAD_QUOTE', problem, raw)
  if (values.length === names.length) return objectOf(names, values)
  if (values.length < names.length && !row.isEnded) throw cutOff(line, values.length, names.length)
  const reason = `it has ${values.length} values for ${names.length} columns`
  return new BadRow(line, 'RAGGED_ROW', reason, raw)
}

/** As JSON.parse makes it: `__proto__` is a name like any other. */
function objectOf(names: readonly string[], values: readonly (string | null)[]): unknown {
  const record: Record<string, string | null> = {}
  for (let at = 0; at < names.length; at += 1) {
    const name = names[at] as string
    const value = values[at] as string | null
    if (name === '__proto__') Object.defineProperty(record, name, { value, enumerable: true })
    else record[name] = value
  }
  return record
}

function isTable({ contentType }: BodyHead): boolean {
  return /csv|tab-separated/.test(mediaType(contentType))
}

function cutOff(line: number, count: number, columns: number): PageInvalidError {
  const message = `the body ends in the middle of line ${line}, with ${count} of ${columns} values`
  return new PageInvalidError('TRUNCATED_BODY', message)
}

/** A message in plain text would read as a header without rows. */
function noTable(names: readonly string[]): PageInvalidError {
  const message = `the body is one line of one value, ${shown(names[0])}, and no content type says that it is a table`
  return new PageInvalidError('UNEXPECTED_FORMAT', message)
}
