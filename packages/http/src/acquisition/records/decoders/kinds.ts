import { csvFormat } from './csv.js'
import type { Decode, FormatKind } from './format-kind.js'
import { jsonFormat } from './json.js'
import { ndjsonFormat } from './ndjson.js'
import { tsvFormat } from './tsv.js'

/** All formats that a stream's pages may have. */
export const formats = {
  json: jsonFormat,
  ndjson: ndjsonFormat,
  csv: csvFormat,
  tsv: tsvFormat,
} as const

type Kinds = (typeof formats)[keyof typeof formats]

/** What the pages of a stream are, with its options. */
export type FormatConfig = Kinds extends infer K ? (K extends FormatKind<infer O> ? O : never) : never

const json: FormatConfig = { type: 'json' }

/** Reads bodies of the format. */
export function decoderOf(format: FormatConfig = json): Decode {
  return kindOf(format).decoder(format)
}

/** The header `accept` by which a server is asked for the format. */
export function acceptOf(format: FormatConfig = json): string {
  return kindOf(format).accept
}

/** A configuration is handed only to the kind that it names. */
function kindOf({ type }: FormatConfig): FormatKind<FormatConfig> {
  return formats[type] as unknown as FormatKind<FormatConfig>
}
