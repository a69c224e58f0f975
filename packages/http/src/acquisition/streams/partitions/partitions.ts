import type { Partition } from '../../ledger/index.js'
import type { EachRecord, PartitionConfig } from './partition-config.js'

/** The values of one record of the parent, by reference, as exact JSON texts. */
export type ParentValues = Readonly<Record<string, string>>

/** The parent whose records a stream is taken for, if it has one. */
export function parentOf<P extends object>(
  partitions: readonly P[] = [],
): Extract<P, { readonly each: string }> | undefined {
  return partitions.find((one): one is Extract<P, { readonly each: string }> => 'each' in one)
}

/** Partitions that need no parent: the product of the lists; the only one of a stream without parts is {}. */
export function fixedPartitions(partitions: readonly PartitionConfig[] = []): Partition[] {
  return parentOf(partitions) === undefined ? product(partitions, []) : []
}

/** Partitions for records of the parent. */
export function partitionsFor(
  partitions: readonly PartitionConfig[],
  parents: readonly ParentValues[],
): Partition[] {
  const { batch } = parentOf(partitions) as EachRecord
  return product(partitions, batch === undefined ? parents : batches(parents, batch))
}

function product(partitions: readonly PartitionConfig[], parents: readonly ParentValues[]): Partition[] {
  return partitions.reduce<Partition[]>(
    (all, one) => all.flatMap(partition => valuesOf(one, parents).map(more => ({ ...partition, ...more }))),
    [{}],
  )
}

function valuesOf(one: PartitionConfig, parents: readonly ParentValues[]): readonly ParentValues[] {
  return 'each' in one ? parents : one.values.map(value => ({ [one.as]: JSON.stringify(value) }))
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
