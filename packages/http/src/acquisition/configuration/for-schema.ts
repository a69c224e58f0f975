import * as z from 'zod'
import { schemaParts } from '../schema/index.js'
import { whereSchema } from './where-schema.js'
import { windowsSchema } from './windows-schema.js'

const { checkedText, count, flag, strict, text } = schemaParts

/** Roots that every stream has. */
const RESERVED: ReadonlySet<string> = new Set(['since', 'until', 'now', 'run', 'pagination'])

const as = () =>
  checkedText(
    'a name of letters, digits, _ and -, by which it is referred to: {name.id}; not since, until, now, run ' +
      'or pagination',
    name => /^[A-Za-z_][\w-]{0,63}$/.test(name) && !RESERVED.has(name),
  )

const allowedValues = { error: 'a list of texts, numbers, true or false, or a text with commas' }
const value = z.union([z.string(), z.number(), z.boolean()], allowedValues)

const allowedParts =
  '{ each: STREAM, as: NAME }, { values: [a, b], as: NAME } or { windows: { start, step }, as: NAME }'

const one = z.union(
  [
    strict({
      each: text('the name of a stream'),
      as: as(),
      where: whereSchema.optional(),
      batch: count(1, 100_000).optional(),
      onlyChanged: flag().prefault(false),
      once: flag().prefault(false),
    }),
    strict({
      values: z.union([z.array(value, allowedValues).min(1, allowedValues), text()], allowedValues),
      as: as(),
    }),
    strict({ windows: windowsSchema, as: as() }),
    strict({ hook: z.literal('partition', { error: 'partition' }), as: as() }),
  ],
  { error: allowedParts },
)

/** What a stream is taken in parts by: one, or a list whose product it is. */
export const forSchema = z.union([one, z.array(one).min(1)], {
  error: `${allowedParts}, or a list of such parts`,
})
