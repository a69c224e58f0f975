import type { FormatConfig } from '../../acquisition/index.js'
import { asCell } from './field-values.js'

/** Rows of values, each at the place of its name. */
export function tableBody(
  format: Extract<FormatConfig, { readonly type: 'csv' | 'tsv' }>,
  records: readonly Readonly<Record<string, unknown>>[],
  names: readonly string[],
): Buffer {
  const { delimiter = format.type === 'tsv' ? '\t' : ',', quote = '"', header = true, skipLines = 0 } = format
  const line = (cells: readonly unknown[]): string =>
    `${cells.map(cell => written(asCell(cell), delimiter, quote)).join(delimiter)}\r\n`
  const before = Array.from({ length: skipLines }, (_, index) => `Export, line ${index + 1}\r\n`)
  const text = [
    ...before,
    ...(header ? [line(names)] : []),
    ...records.map(record => line(names.map(name => record[name]))),
  ].join('')
  return encoded(text, format.charset)
}

/** Nothing is null, and `""` an empty text. */
function written(cell: string | null, delimiter: string, quote: string): string {
  if (cell === null) return ''
  if (quote === 'none') return cell.replaceAll(delimiter, ' ').replace(/[\r\n]+/g, ' ')
  const isPlain = cell !== '' && ![delimiter, quote, '\r', '\n'].some(sign => cell.includes(sign))
  return isPlain ? cell : `${quote}${cell.replaceAll(quote, quote + quote)}${quote}`
}

function encoded(text: string, charset = 'utf-8'): Buffer {
  if (/^utf-?16/i.test(charset)) return Buffer.from(`\ufeff${text}`, 'utf16le')
  return Buffer.from(text, /1252|8859|latin/i.test(charset) ? 'latin1' : 'utf8')
}
