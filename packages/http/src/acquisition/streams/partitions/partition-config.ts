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
type Named = { readonly as: string } & (
  | { readonly each: string; readonly once?: boolean | undefined }
  | { readonly hook: string }
  | { readonly values: unknown }
  | { readonly windows: unknown }
)

/** The roots that a stream's references may have. `told`: of its pages' requests the fields of `pagination`. */
export function rootsOf(
  partitions: readonly Named[] = [],
  hasSince = false,
  told: readonly string[] = [],
): Roots {
  const roots = new Map<string, RootKind>([
    ...partitions.filter(one => !('each' in one && one.once)).map(one => [one.as, rootOf(one)] as const),
    ...(hasSince ? ['since', 'until', 'now', 'run'] : ['now', 'run']).map(name => [name, 'value'] as const),
  ])
  return told.length > 0 ? roots.set('pagination', told) : roots
}

function rootOf(one: Named): RootKind {
  if ('windows' in one) return ['from', 'until']
  return 'values' in one ? 'value' : 'record'
}
