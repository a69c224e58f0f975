import type { ChildPlan } from '../../records/index.js'
import type { Reference } from '../../references/index.js'
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

/** What a child refers to of the parts of its parent itself, and whether a request needs it. */
export interface InheritedValue {
  readonly name: string
  readonly isNeeded: boolean
}

/** By the parts of its parent that a child refers to. */
export function inheritedValues(child: Child): InheritedValue[] {
  const needed = new Set(requestReferences(child.stream).map(({ name }) => name))
  const names = new Set(
    referencesIn(child.stream)
      .filter(isInheritedBy(child))
      .map(({ name }) => name),
  )
  return Array.from(names, name => ({ name, isNeeded: needed.has(name) }))
}

/** What the streams below refer to of a stream's own parts. */
export function passedOn(stream: StreamConfig, streams: readonly StreamConfig[]): Reference[] {
  const found = childrenOf(stream, streams).flatMap(child => {
    const below = passedOn(child.stream, streams)
    return [...referencesIn(child.stream), ...below].filter(isInheritedBy(child))
  })
  return [...new Map(found.map(one => [one.name, one])).values()]
}

function isInheritedBy({ stream, parent }: Child): (reference: Reference) => boolean {
  const own = new Set(stream.for?.map(({ as }) => as))
  const inherited = new Set(parent.inherits?.map(({ as }) => as))
  return ({ root }) => inherited.has(root) && !own.has(root)
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
