import * as z from 'zod'
import { engineComparisonSchema } from './engine-comparison.js'
import { loadMeasurementSchema } from './load-measurement.js'
import { resilienceReportSchema } from './resilience-report.js'
import { resultRecordSchema } from './result-record.js'
import { streamingReportSchema } from './streaming-report.js'

const benchReport = z.union([engineComparisonSchema, streamingReportSchema, resilienceReportSchema])

/** The JSON Schemas of measurement files by name: `schemas/NAME.schema.json` holds them. */
export function measurementJsonSchemas(): Readonly<Record<string, object>> {
  return {
    'load-measurement': jsonSchema(
      'what async-patterns load --output writes and --json prints',
      loadMeasurementSchema,
    ),
    'bench-report': jsonSchema('what async-patterns bench --output writes', benchReport),
    'result-record': jsonSchema('a line of what load and bench --jsonl-out write', resultRecordSchema),
  }
}

function jsonSchema(title: string, schema: z.ZodType): object {
  return { ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), title }
}
