import type { BenchHeading, Check } from '../bench-heading.js'
import { fitted } from './lines.js'

/** Where a benchmark ran. */
export function environmentLines({
  environment,
  config,
}: Pick<BenchHeading<string>, 'environment' | 'config'>): string[] {
  const { node, cpu, cores, gitRevision, gitDirty } = environment
  const { url, mock } = config as { url?: string; mock?: { latencyMs: number } | null }
  const revision =
    gitRevision === null ? '' : `, ${gitRevision.slice(0, 7)}${gitDirty === true ? ' (changed)' : ''}`
  const server = mock ? `, own mock at ${mock.latencyMs} ms` : url === undefined ? '' : `, ${url}`
  return fitted(`Node ${node}, ${cpu} x ${cores}${revision}${server}`, '  ')
}

/** Each criterion with what was found. */
export function checkLines(checks: readonly Check[]): string[] {
  return checks.flatMap(({ criterion, met, found }) =>
    fitted(`  ${met ? 'ok  ' : 'FAIL'}  ${criterion}: ${found}`, '        '),
  )
}
