import { existsSync, readFileSync } from 'node:fs'
import type { ImportedManifest, RefusedStream } from '../../acquisition/index.js'

interface Written {
  readonly output: string
  /** The file of stubs for refused streams, where it was written. */
  readonly hooks?: string | undefined
  /** Whether its metadata says that Airbyte itself looks after it. */
  readonly isCertified: boolean
}

/** What became of a manifest, for a person. */
export function importReport(
  imported: ImportedManifest,
  { output, hooks, isCertified: certified }: Written,
): string {
  const { pipeline, converted, refused, variables } = imported
  const looks = converted.filter(({ notes }) => notes.length > 0).length
  const total = converted.length + refused.length
  return [
    `${converted.length} of ${total} streams converted${certified ? ' (a certified connector)' : ''}`,
    ...(refused.length > 0 ? ['', ...table(refused)] : []),
    ...(variables.length > 0
      ? ['', `It needs: ${variables.map(({ variable }) => variable).join(', ')}`]
      : []),
    ...(looks > 0 ? ['', `Streams to look at: ${looks}; the file says why.`] : []),
    '',
    pipeline === undefined ? 'No pipeline was written.' : `Written: ${output}`,
    ...(hooks === undefined ? [] : [`Written: ${hooks}, with a stub of a hook for each stream left out`]),
  ].join('\n')
}

/** The refused streams, those with the commonest reason first. */
function table(refused: readonly RefusedStream[]): string[] {
  const counts = new Map<string, number>()
  for (const { about } of refused) counts.set(about, (counts.get(about) ?? 0) + 1)
  const sorted = [...refused].sort(
    (a, b) => (counts.get(b.about) ?? 0) - (counts.get(a.about) ?? 0) || a.line - b.line,
  )
  const rows = [
    ['NOT CONVERTED', 'LINE', 'REASON'],
    ...sorted.map(({ name, line, about, detail }) => [name, String(line), `${about}: ${detail}`]),
  ]
  const widths = [0, 1].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(([name = '', line = '', reason = '']) =>
    `${name.padEnd(widths[0] ?? 0)}  ${line.padStart(widths[1] ?? 0)}  ${reason}`.trimEnd(),
  )
}

/** What an Airbyte connector's metadata, where they lie beside the manifest, say of its support. */
export function isCertified(metadata: string): boolean {
  return existsSync(metadata) && /^\s+supportLevel:\s*"?certified"?\s*$/m.test(readFileSync(metadata, 'utf8'))
}
