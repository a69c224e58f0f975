import * as z from 'zod'
import { environmentSchema } from './environment.js'
import type { Environment } from './environment.js'

/** How every report of a benchmark begins. */
export interface BenchHeading<Name extends string> {
  readonly kind: 'bench'
  /** Of the report's form. */
  readonly version: 1
  readonly benchmark: Name
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly environment: Environment
  /** The options that were in force, defaults included. */
  readonly config: Readonly<Record<string, unknown>>
}

/** A stated criterion and whether it was met: the exit code of a benchmark follows from its checks. */
export interface Check {
  /** What was to be: `every result is in the file`. */
  readonly criterion: string
  readonly met: boolean
  /** What was: the numbers that decided it. */
  readonly found: string
}

export const checkSchema: z.ZodType<Check> = z.object({
  criterion: z.string(),
  met: z.boolean(),
  found: z.string(),
})

/** The members of a heading, to be spread into the schema of a report. */
export function headingOf<Name extends string>(benchmark: Name) {
  return {
    // Reports of 0.1 have none.
    kind: z.literal('bench').default('bench'),
    version: z.literal(1),
    benchmark: z.literal(benchmark),
    startedAt: z.string(),
    environment: environmentSchema,
    config: z.record(z.string(), z.unknown()),
  }
}
