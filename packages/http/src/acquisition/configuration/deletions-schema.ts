import type * as z from 'zod'
import { spanOf } from '../streams/index.js'

/** That records which a run does not see can be told from those that it does not ask for. */
export function withKnownDeletions<S extends z.ZodObject>(stream: S): S {
  return stream.refine(source => hiddenBy(source) === undefined, {
    path: ['markDeleted'],
    error: ({ input }) => `false beside ${hiddenBy(input)}`,
    when: () => true,
  })
}

interface Written {
  readonly markDeleted?: unknown
  readonly id?: unknown
  readonly since?: { readonly start?: unknown } | null
  readonly for?: unknown
}

/** What makes records that are there look as if they were gone. */
function hiddenBy(source: unknown): string | undefined {
  if (typeof source !== 'object' || source === null) return undefined
  const { markDeleted, id, since, for: parts } = source as Written
  if (markDeleted !== true) return undefined
  if (id === 'none') return 'id: none, where each record is a new one'
  const windows = [parts].flat() as ({ readonly windows?: { readonly start?: unknown } } | null | undefined)[]
  const starts = [since?.start, ...windows.map(part => part?.windows?.start)]
  const moving = starts.find(start => typeof start === 'string' && spanOf(start) !== undefined)
  return moving === undefined
    ? undefined
    : `a start of ${moving as string} before the run, which moves on with it`
}
