import type { BenchHeading } from '../measurements/index.js'
import { readEnvironment } from './environment.js'

/** The heading of a report that begins now. */
export async function benchHeading<Name extends string>(
  benchmark: Name,
): Promise<Omit<BenchHeading<Name>, 'config'>> {
  const startedAt = new Date().toISOString()
  return { kind: 'bench', version: 1, benchmark, startedAt, environment: await readEnvironment() }
}
