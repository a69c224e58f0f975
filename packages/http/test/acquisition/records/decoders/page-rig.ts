import type { FormatConfig } from '../../../../src/acquisition/records/decoders/kinds.js'
import type { Mapping } from '../../../../src/acquisition/records/mapping.js'
import type { ReadingInstructions } from '../../../../src/acquisition/records/reading-instructions.js'
import { pageReader } from '../../../../src/acquisition/records/normalise-page.js'
import type { NormalisedPage, PageReading } from '../../../../src/acquisition/records/normalised-page.js'
import { usablePage } from '../../../../src/acquisition/records/normalised-page.js'
import { fieldsOf } from '../record-fields.js'

/** An id and a name, which may be empty. */
const mapping: Mapping = {
  id: { type: 'string', path: 'id', required: true },
  name: { type: 'string', path: 'name', required: false },
}

export interface PageRig extends Partial<ReadingInstructions> {
  readonly contentType?: string
}

/** A body of the format, read as a worker thread reads it. */
export function reading(format: FormatConfig, body: string | Uint8Array, rig: PageRig = {}): PageReading {
  const { contentType, ...changes } = rig
  const instructions = {
    stream: 's',
    format,
    records: '',
    observe: ['error'],
    paging: {},
    mapping,
    ...changes,
  }
  const bytes = typeof body === 'string' ? new Uint8Array(Buffer.from(body)) : body
  return pageReader(instructions)(bytes, { 'content-type': contentType })
}

export function page(...input: Parameters<typeof reading>): NormalisedPage {
  return usablePage(reading(...input))
}

export function fields(...input: Parameters<typeof reading>): unknown[] {
  return page(...input).records.map(fieldsOf)
}

/** Why its rows were rejected. */
export function reasons(...input: Parameters<typeof reading>): string[] {
  return page(...input).rejects.map(({ index, code, reason }) => `${index} ${code} ${reason}`)
}

/** Why it is no page. */
export function failure(...input: Parameters<typeof reading>): string {
  const result = reading(...input)
  return result.ok ? 'none' : `${result.code}: ${result.message}`
}
