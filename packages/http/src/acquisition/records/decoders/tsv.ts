import type { DelimitedOptions } from './delimited.js'
import { delimitedDecoder, delimitedSchema } from './delimited.js'
import type { FormatKind } from './format-kind.js'

export interface TsvFormat extends DelimitedOptions {
  readonly type: 'tsv'
}

export const tsvFormat: FormatKind<TsvFormat> = {
  type: 'tsv',
  summary: 'the same with tabs',
  accept: 'text/tab-separated-values, */*;q=0.1',
  schema: parts => delimitedSchema(parts, '\t'),
  decoder: options => delimitedDecoder(options, '\t', 'TSV'),
}
