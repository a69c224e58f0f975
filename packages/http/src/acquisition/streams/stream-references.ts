import type { Reference } from '../references/index.js'
import { COMPUTED } from '../references/index.js'
import { referencesInAdded } from './added-fields.js'
import { toldNames } from './pagination/kinds.js'
import { rootsOf } from './partitions/partition-config.js'
import type { StreamTemplate } from './requests/bound-stream.js'
import { streamTemplate } from './requests/bound-stream.js'
import type { StreamConfig } from './stream-config.js'

/** All that a stream refers to. @throws TemplateError for what is not known. */
export function referencesIn(stream: StreamConfig): readonly Reference[] {
  const own = requestReferences(stream)
  return [...own, ...own.flatMap(computedReferences), ...referencesInAdded(stream)]
}

/**
 * What tells the parts of a stream apart: what its requests refer to, and where they do so in expressions alone,
 * what those refer to.
 */
export function telling(stream: StreamConfig): ReadonlySet<string> {
  const own = requestReferences(stream)
  const roots = new Set(own.map(({ root }) => root))
  const computed = own.flatMap(computedReferences).filter(({ root }) => !roots.has(root))
  return new Set([...own, ...computed].map(({ name }) => name))
}

/** What its requests refer to, and what is computed for them. */
export function requestReferences(stream: StreamConfig): readonly Reference[] {
  return requestTemplate(stream).references
}

/** A stream's requests, whose references are read. @throws TemplateError for what is not known. */
export function requestTemplate(stream: StreamConfig): StreamTemplate {
  const { for: parts, since, pagination } = stream
  return streamTemplate(stream, rootsOf(parts, since !== undefined, toldNames(pagination)))
}

const field = /(?<![\w$.])(?:([A-Za-z_][\w-]*)\.(\w+(?:\.\w+)*)|(?:since|until)\b)/g
const literal = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g

/** What an expression may refer to: `project.id` in it is the field of the root. */
function computedReferences({ root, path }: Reference): Reference[] {
  if (root !== COMPUTED) return []
  return Array.from(path.replace(literal, '""').matchAll(field), ([name, from = name, rest = '']) => ({
    name,
    root: from,
    path: rest,
  }))
}
