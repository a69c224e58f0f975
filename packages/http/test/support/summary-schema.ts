import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { expect } from 'vitest'

const file = new URL('../../../../schemas/summary.schema.json', import.meta.url)
const ajv = new Ajv({ allErrors: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ } })
const isSummary = ajv.compile(JSON.parse(await readFile(file, 'utf8')) as object)

/** Fails with all that `schemas/summary.schema.json` holds against it. */
export function expectSummary(summary: unknown): void {
  isSummary(summary)
  expect(isSummary.errors ?? []).toEqual([])
}
