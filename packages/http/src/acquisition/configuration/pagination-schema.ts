import type * as z from 'zod'
import { schemaParts } from '../schema/index.js'
import type { PaginationConfig } from '../streams/index.js'
import { paginationKinds, pagingProblem } from '../streams/index.js'
import { endWhenSchema } from './end-when-schema.js'
import { kindSchema } from './kind-schema.js'
import type { PaginationInput } from './kind-inputs.js'

const { count, oneOf, path } = schemaParts

/** How a stream's pages follow each other. */
export const paginationSchema: z.ZodType<PaginationConfig, PaginationInput> = kindSchema<
  PaginationConfig,
  PaginationInput
>(Object.values(paginationKinds), () => ({
  maxPages: count(1, 10_000_000).prefault(10_000),
  hasMorePath: path().optional(),
  endWhen: endWhenSchema.optional(),
  onRepeatedPage: oneOf(['stop', 'continue']).prefault('stop'),
})).superRefine((pagination, context) => {
  const problem = pagingProblem(pagination)
  if (problem !== undefined)
    context.addIssue({ code: 'custom', path: [problem.key], message: problem.allowed })
})
