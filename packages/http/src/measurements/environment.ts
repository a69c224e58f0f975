import * as z from 'zod'

/** Where a measurement was made: numbers from different places do not compare. */
export interface Environment {
  /** Version of Node, such as `v20.19.0`. */
  readonly node: string
  readonly v8: string
  readonly platform: string
  readonly arch: string
  readonly kernel: string
  /** Model of the processor. */
  readonly cpu: string
  readonly cores: number
  /** In MiB. */
  readonly memoryMb: number
  /** Of the working directory; null outside a repository. */
  readonly gitRevision: string | null
  /** Whether files there differ from that revision; null outside a repository. */
  readonly gitDirty: boolean | null
}

export const environmentSchema: z.ZodType<Environment> = z.object({
  node: z.string(),
  v8: z.string(),
  platform: z.string(),
  arch: z.string(),
  kernel: z.string(),
  cpu: z.string(),
  cores: z.number(),
  memoryMb: z.number(),
  gitRevision: z.string().nullable(),
  gitDirty: z.boolean().nullable(),
})
