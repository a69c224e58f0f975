import type { Reference, Roots } from '../references/index.js'
import { COMPUTED } from '../references/index.js'
import { referencesInAdded } from './added-fields.js'
import { toldNames } from './pagination/kinds.js'
import { rootsOf } from './partitions/partition-config.js'
import type { StreamTemplate } from './requests/bound-stream.js'
import { streamTemplate } from './requests/bound-stream.js'
import type { StreamConfig } from './stream-config.js'

/** All that a stream refers to. @throws TemplateError for what is not known. */
export function referencesIn(stream: StreamConfig): readonly Reference[] {
  return [...sentReferences(stream), ...referencesInAdded(stream), ...(stream.passes ?? [])]
}

/** What its requests refer to themselves. */
export function requestReferences(stream: StreamConfig): readonly Reference[] {
  return requestTemplate(stream).references
}

/** A stream's requests, whose references are read. @throws TemplateError for what is not known. */
export function requestTemplate(stream: StreamConfig): StreamTemplate {
  return streamTemplate(stream, rootsOfStream(stream))
}

/** All that its requests are made of: what they refer to, and what the expressions in them do. */
export function sentReferences(stream: StreamConfig): readonly Reference[] {
  const own = requestReferences(stream)
  const roots = rootsOfStream(stream)
  const computed = own.filter(({ root }) => root === COMPUTED)
  return [...own, ...computed.flatMap(({ path }) => expressionReferences(path, roots))]
}

function rootsOfStream({ for: parts, since, pagination }: StreamConfig): Roots {
  return rootsOf(parts, since !== undefined, toldNames(pagination))
}

/** A name that begins a path of JSONata; one with other signs stands in backticks. */
const named = /(?<![\w$."'`])(?:`([^`]+)`|([A-Za-z_]\w*))((?:\.\w+)*)/g

/** What an expression may refer to: `project.id` in it is the field of the root, `since` the root itself. */
export function expressionReferences(expr: string, roots: Roots): Reference[] {
  return Array.from(expr.matchAll(named), ([, quoted, plain = '', rest = '']) => {
    const from = quoted ?? plain
    const hasFields = roots.get(from) !== 'value'
    return { name: hasFields ? from + rest : from, root: from, path: hasFields ? rest.slice(1) : '' }
  }).filter(one => roots.has(one.root) && (one.path !== '') === (roots.get(one.root) !== 'value'))
}
