import * as z from 'zod'
import { headingOf } from './bench-heading.js'
import type { BenchHeading } from './bench-heading.js'
import { ENGINE_NAMES, measuredEnginesSchema } from './engine-measurement.js'
import type { EngineName, MeasuredEngines } from './engine-measurement.js'
import { writtenFileSchema } from './written-file.js'
import type { WrittenFile } from './written-file.js'

/** A figure and the interval in which it lies at the stated confidence. */
export interface Interval {
  readonly value: number
  readonly low: number
  /** Infinity where there were too few rounds for an interval; a file has the text `Infinity` then. */
  readonly high: number
}

/** How many times one engine's rate is another's, with its 95 % confidence interval over the rounds. */
export interface Speedup extends Interval {
  readonly engine: EngineName
  readonly over: EngineName
  /** What is to be reached; null where nothing is asked. */
  readonly target: number | null
  readonly reached: boolean | null
}

/** What it brings to use a connection again, as optimized / naive. */
export interface PoolingEffect extends Interval {
  readonly connections: number
  readonly naiveRps: number
  readonly optimizedRps: number
}

/** What the comparison found: the content of `benchmark_output.json`. */
export interface EngineComparison extends BenchHeading<'engines'> {
  readonly engines: MeasuredEngines
  readonly comparison: readonly Speedup[]
  /** The same number of connections; only whether they are used again differs. Null unless both ran. */
  readonly pooling: PoolingEffect | null
  readonly files: readonly WrittenFile[]
  /** What a reader should know before comparing: an engine that ran fewer requests, ... */
  readonly notes: readonly string[]
}

const interval = {
  value: z.number(),
  low: z.number(),
  high: z.union([z.number(), z.literal('Infinity').transform(() => Infinity)]),
}

export const engineComparisonSchema: z.ZodType<EngineComparison> = z.object({
  ...headingOf('engines'),
  engines: measuredEnginesSchema,
  comparison: z.array(
    z.object({
      engine: z.enum(ENGINE_NAMES),
      over: z.enum(ENGINE_NAMES),
      ...interval,
      target: z.number().nullable(),
      reached: z.boolean().nullable(),
    }),
  ),
  pooling: z
    .object({ connections: z.number(), naiveRps: z.number(), optimizedRps: z.number(), ...interval })
    .nullable(),
  files: z.array(writtenFileSchema),
  notes: z.array(z.string()),
})
