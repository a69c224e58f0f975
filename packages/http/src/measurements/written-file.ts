import * as z from 'zod'

/** What a writer has done with the records that it was given. */
export interface WriterCounts {
  readonly accepted: number
  /** Handed to the operating system or committed. */
  readonly written: number
  /** Waiting in the queue. */
  readonly queued: number
  /** Accepted, but the writer failed before they were written. */
  readonly lost: number
  readonly batches: number
  /** How often the source had to wait for room: the storage was slower. */
  readonly waits: number
}

/** What a file holds in the end, beside what its writer says. */
export interface WrittenFile {
  readonly file: string
  readonly kind: 'jsonl' | 'sqlite'
  readonly writer: WriterCounts
  /** Counted in the file itself; what was written, where that cannot be read again (a pipe). */
  readonly records: number
  /** Why not everything is in it: the disk filled up, somebody took it away. Left out where all went well. */
  readonly error?: string | undefined
}

export const writtenFileSchema: z.ZodType<WrittenFile> = z.object({
  file: z.string(),
  kind: z.enum(['jsonl', 'sqlite']),
  writer: z.object({
    accepted: z.number(),
    written: z.number(),
    queued: z.number(),
    lost: z.number(),
    batches: z.number(),
    waits: z.number(),
  }),
  records: z.number(),
  error: z.string().optional(),
})
