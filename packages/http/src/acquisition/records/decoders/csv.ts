import type { DelimitedOptions } from './delimited.js'
import { delimitedDecoder, delimitedSchema } from './delimited.js'
import type { FormatKind } from './format-kind.js'

export interface CsvFormat extends DelimitedOptions {
  readonly type: 'csv'
}

export const csvFormat: FormatKind<CsvFormat> = {
  type: 'csv',
  summary: 'rows of values set apart by commas (RFC 4180), or by another `delimiter`',
  accept: 'text/csv, */*;q=0.1',
  schema: parts => delimitedSchema(parts, ','),
  decoder: options => delimitedDecoder(options, ',', 'CSV'),
}
