import * as z from 'zod'
import type { Where } from '../records/index.js'
import { recordFilter } from '../records/index.js'
import { schemaParts } from '../schema/index.js'

const { flag, path, strict, succeeds } = schemaParts

/** By the key that tells the rules apart, how such a one is written. */
const forms = {
  is: '{ path: a.b, is: value }, a text, number, true, false or null',
  in: '{ path: a.b, in: [values] }',
  exists: '{ path: a.b, exists: true or false }',
  matches: '{ path: a.b, matches: a regular expression in quotes }',
  before: '{ path: a.b, before: a date by ISO 8601 in quotes, or a number }',
  after: '{ path: a.b, after: a date by ISO 8601 in quotes, or a number }',
  any: '{ any: [rules] }',
  not: '{ not: a rule }',
} as const

const rules = `a rule, or a list of rules that must all hold: { path: a.b, is: value }, or with in, exists, matches, before or after; { any: [rules] }, { not: rule }`

/** Names the rule that was meant, where a key of it stands there. */
const allowed = {
  error: ({ input }: { readonly input?: unknown }) => {
    const written = typeof input === 'object' && input !== null ? Object.keys(input) : []
    const meant = Object.entries(forms).find(([key]) => written.includes(key))
    return meant?.[1] ?? rules
  },
}

const exactNumber = z.number().refine(value => !Number.isInteger(value) || Number.isSafeInteger(value), {
  error: 'a longer number in quotes',
})
const scalar = z.union([z.string(), exactNumber, z.boolean(), z.null()], allowed)
const limit = z.union(
  [z.string().refine(isDate, { error: 'a date by ISO 8601 in quotes, or a number' }), exactNumber],
  allowed,
)
const regularExpression = z
  .string()
  .refine(pattern => succeeds(() => new RegExp(pattern, 'u')), { error: 'a regular expression in quotes' })

const rule = z.union(
  [
    strict({ path: path(), is: scalar }),
    strict({ path: path(), in: z.array(scalar).min(1) }),
    strict({ path: path(), exists: flag() }),
    strict({ path: path(), matches: regularExpression }),
    strict({ path: path(), before: limit }),
    strict({ path: path(), after: limit }),
    strict({ any: z.lazy(() => z.array(whereSchema).min(1)) }),
    strict({ not: z.lazy(() => whereSchema) }),
  ],
  allowed,
)

/** Which records are taken. */
export const whereSchema: z.ZodType<Where, Where> = z.union([rule, z.array(rule).min(1)], allowed)

function isDate(text: string): boolean {
  return succeeds(() => recordFilter({ path: '', before: text }))
}
