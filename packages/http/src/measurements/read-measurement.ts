import { readFile } from 'node:fs/promises'
import type * as z from 'zod'
import { acquisitionSummarySchema } from './acquisition-summary.js'
import type { Summary } from './acquisition-summary.js'
import { checkShape, newerVersion, shown } from './check-shape.js'
import { engineComparisonSchema } from './engine-comparison.js'
import type { EngineComparison } from './engine-comparison.js'
import { loadMeasurementSchema } from './load-measurement.js'
import type { LoadMeasurementFile } from './load-measurement.js'
import { MeasurementError } from './measurement-error.js'
import { resilienceReportSchema } from './resilience-report.js'
import type { ResilienceReport } from './resilience-report.js'
import { streamingReportSchema } from './streaming-report.js'
import type { StreamingReport } from './streaming-report.js'

/** What `async-patterns bench --output` writes; which one it is, is in `benchmark`. */
export type BenchReport = EngineComparison | StreamingReport | ResilienceReport

/** What a measurement file holds; which one it is, is in `kind`. */
export type Measurement = LoadMeasurementFile | BenchReport | Summary

/** One kind of file: the newest version that can be read, and the shape of it. */
interface Format {
  readonly version: number
  readonly schema: z.ZodType<Measurement>
}

const FORMATS: Readonly<Record<string, Format>> = {
  acquisition: { version: 1, schema: acquisitionSummarySchema },
  load: { version: 1, schema: loadMeasurementSchema },
  'bench engines': { version: 1, schema: engineComparisonSchema },
  'bench streaming': { version: 1, schema: streamingReportSchema },
  'bench resilience': { version: 1, schema: resilienceReportSchema },
}

/**
 * What `acquire`, `load --output` or `bench --output` has written, or `load --json` has printed. Members that this version does not know
 * are left out. Rejects with MeasurementError when the file cannot be read, is of another kind or of a newer
 * version, or when something in it is not as it should be.
 */
export async function readMeasurement(file: string): Promise<Measurement> {
  const content = await readJson(file)
  const kind = kindOf(content)
  const format = Object.hasOwn(FORMATS, kind) ? FORMATS[kind] : undefined
  if (format === undefined) throw wrongKind(file, content)
  if (content['version'] !== format.version) {
    throw newerVersion(file, `it is a measurement of the kind ${kind}`, content['version'], format.version)
  }
  return checkShape(file, '', format.schema, content)
}

/** `load`, `bench engines`, or as the file says; empty when it says nothing. */
function kindOf({ kind, benchmark }: Readonly<Record<string, unknown>>): string {
  // Reports of 0.1 name the benchmark alone.
  const first = kind === undefined && benchmark !== undefined ? 'bench' : kind
  return [first, first === 'bench' ? benchmark : undefined]
    .filter(part => part !== undefined)
    .map(part => (typeof part === 'string' ? part : shown(part)))
    .join(' ')
}

function wrongKind(file: string, content: Readonly<Record<string, unknown>>): MeasurementError {
  const kind = kindOf(content)
  const found = kind === '' ? 'it names no kind' : `it is of the kind ${kind}`
  const allowed = Object.keys(FORMATS).join(', ')
  return new MeasurementError(file, 'wrong-kind', `${found}; allowed is one of ${allowed}`)
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new MeasurementError(file, 'unreadable', `it cannot be read: ${messageOf(error)}`, error)
  })
  const content = parse(file, text)
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
    return content as Record<string, unknown>
  }
  throw new MeasurementError(file, 'wrong-kind', `it holds ${shown(content)}; allowed is an object`)
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const found = text.trim() === '' ? 'it is empty' : `it is not JSON (${messageOf(error)})`
    const allowed = 'one JSON object; results line by line are for readResults'
    throw new MeasurementError(file, 'no-json', `${found}; allowed is ${allowed}`, error)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
