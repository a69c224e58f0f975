import type { Reference } from '../references/index.js'
import { referencesInAdded } from './added-fields.js'
import { rootsOf } from './partitions/partition-config.js'
import { streamTemplate } from './requests/bound-stream.js'
import type { StreamConfig } from './stream-config.js'

/** All that a stream refers to. @throws TemplateError for what is not known. */
export function referencesIn(stream: StreamConfig): readonly Reference[] {
  const { references } = streamTemplate(stream, rootsOf(stream.for, stream.since !== undefined))
  return [...references, ...referencesInAdded(stream)]
}
