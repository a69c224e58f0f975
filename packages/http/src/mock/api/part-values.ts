import type { PartitionConfig, StreamConfig } from '../../acquisition/index.js'
import { windowsOf } from '../../acquisition/index.js'
import { valueAt } from './path-steps.js'
import { eachesOf, rootOf, rootsOf } from './stream-needs.js'
import type { Each } from './stream-needs.js'
import { asText, onlyReference, referred, templateText } from './template-text.js'

/** What references stand for in one part, by reference. */
export type PartValues = ReadonlyMap<string, unknown>

/** A record that begins parts of other streams, and the part that it is of. */
export interface Beginning {
  readonly record: unknown
  readonly values: PartValues
}

/** All parts of a stream. `beginning`: the records of a parent that begin some. `now`: of the mock's start. */
export function combinations(
  stream: StreamConfig,
  references: readonly string[],
  beginning: (each: Each) => readonly Beginning[],
  now: number,
): PartValues[] {
  const { for: parts = [] } = stream
  const own = new Set(parts.map(({ as }) => as))
  const choices = (part: PartitionConfig): PartValues[] => {
    const names = references.filter(name => rootOf(name) === part.as)
    const ofChoice = (choice: unknown) => names.map(name => [name, referred(choice, name, part.as)] as const)
    if ('hook' in part) return []
    if (!('each' in part)) return choicesOf(part, now).map(choice => new Map(ofChoice(choice)))
    const above = new Set((part.inherits ?? []).map(({ as }) => as).filter(as => !own.has(as)))
    const inherited = references.filter(name => above.has(rootOf(name)))
    return beginning(part).map(
      ({ record, values }) =>
        new Map([...ofChoice(record), ...inherited.map(name => [name, values.get(name)] as const)]),
    )
  }
  return parts.reduce<PartValues[]>(
    (all, part) => {
      const found = choices(part)
      return all.flatMap(values => found.map(choice => new Map([...values, ...choice])))
    },
    [new Map()],
  )
}

/** Values of a list, or windows: where their end is that of the run, they end with the mock's start. */
function choicesOf(
  part: Exclude<PartitionConfig, { readonly each: string } | { readonly hook: string }>,
  now: number,
): readonly unknown[] {
  if ('values' in part) return part.values
  const ends = part.as.length + 1
  return Array.from(windowsOf(part.as, part.windows, now), window =>
    Object.fromEntries(
      Object.entries(window).map(([name, json]) => [name.slice(ends), JSON.parse(json) as unknown]),
    ),
  )
}

/** Parts are the same where what is referred to is. */
export function partKey(references: readonly string[], values: PartValues): string {
  return JSON.stringify(references.map(name => asText(values.get(name) ?? null)))
}

/** Whether several parents' values stand in the place of one. */
export function isBatch(stream: StreamConfig, name: string): boolean {
  return eachesOf(stream).some(({ as, batch }) => batch !== undefined && as === rootOf(name))
}

/** What a stream adds to its records, as far as it follows from record and part. */
export function addedTo(
  stream: StreamConfig,
  record: unknown,
  values: PartValues,
): Readonly<Record<string, unknown>> {
  const added = Object.entries(stream.add ?? {}).map(([name, value]) => {
    if (typeof value === 'string') return [name, rendered(stream, value, values)] as const
    if (typeof value !== 'object' || value === null) return [name, value] as const
    return [name, 'path' in value ? valueAt(record, value.path) : undefined] as const
  })
  return Object.fromEntries(added.filter(([, value]) => value !== undefined))
}

/** A text that is one reference keeps its type; undefined where a value is not one of the part. */
function rendered(stream: StreamConfig, text: string, values: PartValues): unknown {
  const template = templateText(text, rootsOf(stream))
  const only = onlyReference(template)
  if (only !== undefined) return values.get(only)
  const pieces = template.pieces.map((piece, index) => (index % 2 === 1 ? values.get(piece) : piece))
  return pieces.includes(undefined) ? undefined : pieces.map(asText).join('')
}
