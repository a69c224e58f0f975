import type { AcceptedRecord } from '../../../src/acquisition/index.js'
import type { FieldValue } from '../../../src/acquisition/records/types/field-type.js'

export function fieldsOf({ json }: AcceptedRecord): Readonly<Record<string, FieldValue>> {
  return JSON.parse(json) as Readonly<Record<string, FieldValue>>
}
