import * as z from 'zod'
import { compileExpression, isRecord } from '../records/index.js'
import { schemaParts } from '../schema/index.js'

const { path, strict } = schemaParts

const allowed = {
  error:
    'a text with references such as {project.id}, a number, true, false, null, { path: a.b } or { expr: JSONata }',
}

/** An expression of JSONata; what is wrong with it is told with its place. */
export const expression = z.string().superRefine((text, context) => {
  try {
    compileExpression(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: `an expression of JSONata: ${(error as Error).message}` })
  }
})

const value = z.union(
  [z.string(), z.number(), z.boolean(), z.null(), strict({ path: path() }), strict({ expr: expression })],
  allowed,
)

/** What records get besides what their source says. */
export const addSchema = z.record(z.string(), value, { error: 'a mapping of names to values' })

/** That no field comes from the mapping and from `add`. */
export function withFieldsOnce<S extends z.ZodObject>(stream: S): S {
  return stream.refine(source => twice(source) === undefined, {
    path: ['add'],
    error: ({ input }) => `no field that mapping has too: ${twice(input)}`,
    when: () => true,
  })
}

function twice(source: unknown): string | undefined {
  if (!isRecord(source) || !isRecord(source['add']) || !isRecord(source['mapping'])) return undefined
  const { mapping } = source as { readonly mapping: object }
  return Object.keys(source['add']).find(name => name in mapping)
}
