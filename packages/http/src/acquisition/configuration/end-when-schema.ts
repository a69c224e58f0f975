import * as z from 'zod'
import { schemaParts } from '../schema/index.js'
import { expression } from './add-schema.js'

const { flag, path, strict } = schemaParts

const allowedRule = {
  error:
    '{ status: 404 }, { path: a.b, is: value }, { path: a.b, in: [values] }, { path: a.b, exists: false }, ' +
    '{ empty: true }, { short: true }, { repeated: true }, { expr: JSONata }, or a list of such rules',
}

const listOrOne = <T extends z.ZodType>(one: T, allowed: { readonly error: string }) =>
  z.union([one, z.array(one, allowed).min(1, allowed)], allowed)

/** These ask for credentials or for patience, and errors of the server pass: none says that it has no more. */
const neverAnEnd: readonly number[] = [401, 407, 408, 425, 429]

const allowedStatus = { error: `a status from 200 to 499, but none of ${neverAnEnd.join(', ')}` }
const status = z
  .int(allowedStatus)
  .min(200, allowedStatus)
  .max(499, allowedStatus)
  .refine(code => !neverAnEnd.includes(code), allowedStatus)
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

const rule = z.union(
  [
    strict({ status: listOrOne(status, allowedStatus) }),
    strict({ path: path(), is: listOrOne(scalar, allowedRule) }),
    strict({ path: path(), in: z.array(scalar, allowedRule).min(1, allowedRule) }),
    strict({ path: path(), exists: flag() }),
    strict({ path: path(), absent: z.literal(true) }),
    strict({ expr: expression }),
    strict({ empty: z.literal(true) }),
    strict({ short: z.literal(true) }),
    strict({ repeated: z.literal(true) }),
  ],
  allowedRule,
)

/** What ends a stream: one rule, or a list of them. */
export const endWhenSchema = listOrOne(rule, allowedRule)
