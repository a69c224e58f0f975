import type { Environment } from '../../lab/index.js'

/** Where a measurement was made, on one line. */
export function placeOf({ environment, config }: { environment: Environment; config: object }): string {
  const { node, cpu, cores, gitRevision, gitDirty } = environment
  const { url, mock } = config as { url?: string; mock?: { latencyMs: number } | null }
  const revision =
    gitRevision === null ? '' : `, ${gitRevision.slice(0, 7)}${gitDirty === true ? ' (changed)' : ''}`
  const server = mock ? `, own mock at ${mock.latencyMs} ms` : url === undefined ? '' : `, ${url}`
  return `Node ${node}, ${cpu} x ${cores}${revision}${server}`
}
