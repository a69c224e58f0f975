import type { ChildPlan } from '../../records/index.js'
import { referencesIn, requestReferences } from '../stream-references.js'
import type { StreamConfig } from '../stream-config.js'
import type { EachRecord } from './partition-config.js'
import { parentsOf } from './partitions.js'

/** A stream that is taken for each record of another, which is one of its parents. */
export interface Child {
  readonly stream: StreamConfig
  readonly parent: EachRecord
}

/** The streams that are taken for each record of a stream. */
export function childrenOf(parent: StreamConfig, streams: readonly StreamConfig[]): Child[] {
  return streams.flatMap(stream =>
    parentsOf(stream.for)
      .filter(({ each }) => each === parent.name)
      .map(each => ({ stream, parent: each })),
  )
}

/** What the values of a page's records for a child are called. */
export function childKey({ stream, parent }: Child): string {
  return parentsOf(stream.for).length === 1 ? stream.name : `${stream.name} (${parent.as})`
}

/**
 * What a child refers to in its parent's records: by reference (`project.id`) the path in a record. A record without
 * a value that a request needs begins no part; others may be missing.
 */
export function childPlanOf(child: Child): ChildPlan {
  const { stream, parent } = child
  const { where, onlyChanged: marked } = parent
  return { stream: childKey(child), ...partValues(stream, parent), marked, where }
}

/** What the partition hook's records give. */
export function hookPlanOf(stream: StreamConfig, part: Pick<EachRecord, 'as'>): ChildPlan {
  return { stream: stream.name, ...partValues(stream, part) }
}

/** What a stream refers to in one of its parts, and which of it may be missing. */
function partValues(
  stream: StreamConfig,
  { as, once = false }: Pick<EachRecord, 'as' | 'once'>,
): Pick<ChildPlan, 'values' | 'optional'> {
  const isOfParent = ({ root }: { readonly root: string }): boolean => !once && root === as
  const needed = new Set(
    requestReferences(stream)
      .filter(isOfParent)
      .map(({ name }) => name),
  )
  const values = Object.fromEntries(
    referencesIn(stream)
      .filter(isOfParent)
      .map(({ name, path }) => [name, path]),
  )
  return { values, optional: Object.keys(values).filter(name => !needed.has(name)) }
}
