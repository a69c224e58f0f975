import type { Where } from '../../records/index.js'
import type { RootKind, Roots } from '../../references/index.js'
import type { DateWindows } from './date-windows.js'

/** Each record of another stream, the parent. */
export interface EachRecord {
  /** Full name of the parent. */
  readonly each: string
  readonly as: string
  /** Which of its records. Default all that it takes itself. */
  readonly where?: Where | undefined
  /** Only those that are new, or have changed since a part of theirs was last whole. Default false. */
  readonly onlyChanged?: boolean | undefined
  /** So many parents' values together make one partition: lists of them. Default: each its own. */
  readonly batch?: number | undefined
  /** All records together have one part, begun by the first: nothing refers to them. Default false. */
  readonly once?: boolean | undefined
  /** Roots of the parent's own parts, and of those above: references may have them too. */
  readonly inherits?: readonly InheritedRoot[] | undefined
}

interface InheritedRoot {
  readonly as: string
  readonly kind: RootKind
}

/** Each of a list of values. */
interface EachValue {
  readonly values: readonly (string | number | boolean)[]
  readonly as: string
}

/** Each of the windows of a span of time. */
interface EachWindow {
  readonly windows: DateWindows
  readonly as: string
}

/** Each record that the stream's partition hook gives. */
interface EachOfHook {
  readonly hook: 'partition'
  readonly as: string
}

/** What a stream is taken in parts by; several make a product. */
export type PartitionConfig = EachRecord | EachValue | EachWindow | EachOfHook

/** As far as references go. */
export type Named = { readonly as: string } & (
  | (Pick<EachRecord, 'each' | 'inherits'> & { readonly once?: boolean | undefined })
  | { readonly hook: string }
  | { readonly values: unknown }
  | { readonly windows: unknown }
)

/**
 * The roots that a stream's references may have: its own go before those of its parents' parts. What several parents
 * call the same is none. `told`: of its pages' requests the fields of `pagination`.
 */
export function rootsOf(
  partitions: readonly Named[] = [],
  hasSince = false,
  told: readonly string[] = [],
): Roots {
  const roots = new Map<string, RootKind>([
    ...rootsOfParts(partitions),
    ...(hasSince ? ['since', 'until', 'now', 'run'] : ['now', 'run']).map(name => [name, 'value'] as const),
  ])
  return told.length > 0 ? roots.set('pagination', told) : roots
}

function rootsOfParts(partitions: readonly Named[]): ReadonlyMap<string, InheritedRoot['kind']> {
  const above = partitions.flatMap(inheritedBy)
  const isOfOne = ({ as: root }: InheritedRoot) => above.filter(({ as }) => as === root).length === 1
  return new Map(
    [...above.filter(isOfOne), ...partitions.flatMap(ownRoot)].map(({ as, kind }) => [as, kind] as const),
  )
}

/** Parts with the roots that they inherit; `partsOf` gives those of a parent. */
export function withInherited<P extends Named>(
  parts: readonly P[],
  partsOf: (each: string) => readonly P[] | undefined,
  above: readonly string[] = [],
): P[] {
  return parts.map(part => {
    if (!('each' in part) || above.includes(part.each)) return part
    const own = withInherited(partsOf(part.each) ?? [], partsOf, [...above, part.each])
    const inherits = Array.from(rootsOfParts(own), ([as, kind]) => ({ as, kind }))
    return inherits.length === 0 ? part : { ...part, inherits }
  })
}

function ownRoot(one: Named): InheritedRoot[] {
  return 'each' in one && one.once ? [] : [{ as: one.as, kind: kindOf(one) }]
}

function inheritedBy(one: Named): readonly InheritedRoot[] {
  return 'each' in one ? (one.inherits ?? []) : []
}

function kindOf(one: Named): RootKind {
  if ('windows' in one) return ['from', 'until']
  return 'values' in one ? 'value' : 'record'
}
