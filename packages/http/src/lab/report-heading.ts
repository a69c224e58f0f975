import { readEnvironment } from './environment.js'
import type { Environment } from './environment.js'

/** How every report of a benchmark begins. */
export interface ReportHeading<Name extends string> {
  /** Of the report's form. */
  readonly version: 1
  readonly benchmark: Name
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly environment: Environment
}

export async function reportHeading<Name extends string>(benchmark: Name): Promise<ReportHeading<Name>> {
  const startedAt = new Date().toISOString()
  return { version: 1, benchmark, startedAt, environment: await readEnvironment() }
}
