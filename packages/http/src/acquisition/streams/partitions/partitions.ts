import type { Partition } from '../../ledger/index.js'
import { windowsOf } from './date-windows.js'
import type { PartitionConfig } from './partition-config.js'

/** The values of one record of the parent, by reference, as exact JSON texts. */
export type ParentValues = Readonly<Record<string, string>>

/** The parents whose records a stream is taken for. */
export function parentsOf<P extends object>(
  partitions: readonly P[] = [],
): Extract<P, { readonly each: string }>[] {
  return partitions.filter((one): one is Extract<P, { readonly each: string }> => 'each' in one)
}

/** Parts whose values are only found on the way: records of parents, and what a hook gives. */
export function foundParts<P extends object>(partitions: readonly P[] = []): Exclude<P, Known>[] {
  return partitions.filter((one): one is Exclude<P, Known> => !('values' in one || 'windows' in one))
}

type Known = { readonly values: unknown } | { readonly windows: unknown }

/** The part whose values a hook gives. */
export function hookPart(partitions: readonly PartitionConfig[] = []): PartitionConfig | undefined {
  return partitions.find(one => 'hook' in one)
}

/**
 * Partitions that are known at once, one after the other: the product of lists and windows; the only one of a stream
 * without parts is {}. `startedAt`: of the run, in epoch milliseconds.
 */
export function fixedPartitions(
  partitions: readonly PartitionConfig[] = [],
  startedAt: number,
): Iterable<Partition> {
  return foundParts(partitions).length === 0 ? product(partitions, new Map(), startedAt) : []
}

/** Partitions for records of the parents: by the name of each, its values. */
export function partitionsFor(
  partitions: readonly PartitionConfig[],
  parents: ReadonlyMap<string, readonly ParentValues[]>,
  startedAt: number,
): Iterable<Partition> {
  return product(partitions, parents, startedAt)
}

/** Nothing but one of them is ever held. */
function* product(
  [first, ...others]: readonly PartitionConfig[],
  parents: ReadonlyMap<string, readonly ParentValues[]>,
  startedAt: number,
): Generator<Partition> {
  if (first === undefined) return yield {}
  for (const values of valuesOf(first, parents, startedAt))
    for (const more of product(others, parents, startedAt)) yield { ...values, ...more }
}

function valuesOf(
  one: PartitionConfig,
  parents: ReadonlyMap<string, readonly ParentValues[]>,
  startedAt: number,
): Iterable<ParentValues> {
  if ('windows' in one) return windowsOf(one.as, one.windows, startedAt)
  if ('values' in one) return one.values.map(value => ({ [one.as]: JSON.stringify(value) }))
  const found = parents.get(one.as) ?? []
  return 'hook' in one || one.batch === undefined ? found : batches(found, one.batch)
}

/** Lists of values, of so many records each; the last may be shorter. */
function batches(parents: readonly ParentValues[], size: number): ParentValues[] {
  const lists: ParentValues[] = []
  for (let from = 0; from < parents.length; from += size) {
    const together = parents.slice(from, from + size)
    const names = Object.keys(together[0] ?? {})
    const listOf = (name: string) => `[${together.map(parent => parent[name] ?? 'null').join(',')}]`
    lists.push(Object.fromEntries(names.map(name => [name, listOf(name)])))
  }
  return lists
}
