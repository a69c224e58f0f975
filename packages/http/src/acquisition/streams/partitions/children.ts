import type { ChildPlan } from '../../records/index.js'
import { referencesIn, requestReferences } from '../stream-references.js'
import type { StreamConfig } from '../stream-config.js'
import { parentOf } from './partitions.js'

/** The streams that are taken for each record of a stream. */
export function childrenOf(parent: StreamConfig, streams: readonly StreamConfig[]): StreamConfig[] {
  return streams.filter(stream => parentOf(stream.for)?.each === parent.name)
}

/**
 * What a child refers to in its parent's records: by reference (`project.id`) the path in a record. A record without
 * a value that a request needs begins no part; others may be missing.
 */
export function childPlanOf(child: StreamConfig): ChildPlan {
  const parent = parentOf(child.for)
  const isOfParent = ({ root }: { readonly root: string }): boolean => root === parent?.as
  const needed = new Set(
    requestReferences(child)
      .filter(isOfParent)
      .map(({ name }) => name),
  )
  const values = Object.fromEntries(
    referencesIn(child)
      .filter(isOfParent)
      .map(({ name, path }) => [name, path]),
  )
  const optional = Object.keys(values).filter(name => !needed.has(name))
  return { stream: child.name, values, optional, where: parent?.where }
}
