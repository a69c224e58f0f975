import type { Reference } from '../references/index.js'
import { COMPUTED } from '../references/index.js'
import { referencesInAdded } from './added-fields.js'
import { rootsOf } from './partitions/partition-config.js'
import { streamTemplate } from './requests/bound-stream.js'
import type { StreamConfig } from './stream-config.js'

/** All that a stream refers to. @throws TemplateError for what is not known. */
export function referencesIn(stream: StreamConfig): readonly Reference[] {
  const own = requestReferences(stream)
  return [...own, ...own.flatMap(computedReferences), ...referencesInAdded(stream)]
}

/** What its requests refer to, and what is computed for them. */
export function requestReferences(stream: StreamConfig): readonly Reference[] {
  return streamTemplate(stream, rootsOf(stream.for, stream.since !== undefined)).references
}

const field = /(?<![\w$."'])([A-Za-z_][\w-]*)\.(\w+(?:\.\w+)*)/g

/** What an expression may refer to: `project.id` in it is the field of the root. */
function computedReferences({ root, path }: Reference): Reference[] {
  if (root !== COMPUTED) return []
  return Array.from(path.matchAll(field), ([name, from = '', rest = '']) => ({
    name,
    root: from,
    path: rest,
  }))
}
