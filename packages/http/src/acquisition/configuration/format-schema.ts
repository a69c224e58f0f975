import * as z from 'zod'
import type { FormatConfig } from '../records/index.js'
import { formats } from '../records/index.js'
import type { FormatInput } from './kind-inputs.js'
import { kindSchema } from './kind-schema.js'

const names: readonly string[] = Object.keys(formats)
const allowed = `one of ${names.join(', ')}, or a mapping with the key type and more`

const described = kindSchema<FormatConfig, FormatInput>(Object.values(formats), () => ({}), allowed)
const { oneOf = [] } = z.toJSONSchema(described, { io: 'input', unrepresentable: 'any' })

/** What a stream's pages are: the name of a format, or a mapping with its options. */
export const formatSchema: z.ZodType<FormatConfig, FormatInput | FormatInput['type']> = z
  .preprocess(withType, described.superRefine(checkColumns))
  .meta({ oneOf: [{ enum: names }, ...oneOf] }) as z.ZodType<FormatConfig, FormatInput>

/** A name alone is the same as a mapping with nothing but it. */
function withType(value: unknown): unknown {
  return typeof value === 'string' && names.includes(value) ? { type: value } : value
}

/** Without a header the columns need names; beside one it must be clear that the first row is none of them. */
function checkColumns(format: FormatConfig, context: z.RefinementCtx): void {
  if (format.type !== 'csv' && format.type !== 'tsv') return
  const { columns, header = true } = format
  const problem = (message: string) => context.addIssue({ code: 'custom', path: ['columns'], message })
  if (columns === undefined) {
    if (!header) problem('a list of names, for the table has no header')
  } else if (columns.length === 0 || new Set(columns).size < columns.length) {
    problem('a list of names, no two the same')
  }
}
