import * as z from 'zod'
import { schemaParts } from '../schema/index.js'
import { expression } from './add-schema.js'

const { headerProblem, strict } = schemaParts

const computed = () => strict({ expr: expression })

/** A text with references, or a computed path. */
export const pathValue = () =>
  z.union([z.string(), computed()], { error: 'a path such as /v1/products, or { expr: JSONata }' })

/** Parameters by name: a list repeats the name, and a value may be computed. */
export const queryValues = () => {
  const error =
    'a text, a whole number, true or false, a list of them, or { expr: JSONata }; other numbers in quotes'
  const scalar = z.union([z.string(), z.int({ error }), z.boolean()], { error })
  const value = z.union([scalar, z.array(scalar), computed()], { error })
  return z.record(z.string(), value, { error: 'name: value pairs' })
}

/** Headers by name; a value may be computed. */
export const headerValues = () => {
  const error = 'a text, a whole number, true or false, or { expr: JSONata }; other numbers in quotes'
  const value = z.union([z.string(), z.int({ error }), z.boolean(), computed()], { error })
  return z.record(z.string(), value, { error: 'name: value pairs' }).superRefine((headers, context) => {
    for (const [name, header] of Object.entries(headers)) {
      const message = headerProblem(name, header)
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message })
    }
  })
}
