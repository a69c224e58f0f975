import { referencesIn } from '../stream-references.js'
import type { StreamConfig } from '../stream-config.js'
import { parentOf } from './partitions.js'

/** The streams that are taken for each record of a stream. */
export function childrenOf(parent: StreamConfig, streams: readonly StreamConfig[]): StreamConfig[] {
  return streams.filter(stream => parentOf(stream.for)?.each === parent.name)
}

/** What a child refers to in its parent's records: by reference (`project.id`) the path in a record. */
export function parentPaths(child: StreamConfig): Readonly<Record<string, string>> {
  const root = parentOf(child.for)?.as
  const references = referencesIn(child).filter(reference => reference.root === root)
  return Object.fromEntries(references.map(({ name, path }) => [name, path]))
}
