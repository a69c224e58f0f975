import type { PathReader } from '../references/index.js'
import { compilePath } from '../references/index.js'
import type { Secrets } from '../secrets/index.js'
import type { FieldMapping, Mapping } from './mapping.js'
import { usableId } from './record-id.js'
import type { SecretFilter } from './secret-filter.js'
import { secretFilter } from './secret-filter.js'
import type { FieldReader, FieldValue } from './types/field-type.js'
import { fieldReader } from './types/kinds.js'
import { readCanonicalString } from './types/string.js'
import { Unreadable } from './unreadable.js'

/** One field of a mapping. */
export interface CompiledField {
  readonly name: string
  readonly required: boolean
  /** What it becomes without its secrets; `redacted` says whether it had some. */
  readonly read: (record: object) => FieldValue | Unreadable
  readonly redact: SecretFilter
}

const missing = new Unreadable('MISSING_FIELD', 'it is missing or null')

/** @throws TypeError or RangeError for a path, locale or zone that does not exist. */
export function compileFields(mapping: Mapping, secrets: Secrets): CompiledField[] {
  return Object.entries(mapping).map(([name, field]) => compileField(name, field, secrets))
}

function compileField(name: string, field: FieldMapping, secrets: Secrets): CompiledField {
  const isId = name === 'id'
  const required = field.required || isId
  const absent = field.default ?? (required ? missing : null)
  const valueAt: PathReader = compilePath(field.path)
  const readValue = isId ? idFieldReader(field) : fieldReader(field)
  return {
    name,
    required,
    read: record => {
      const value = valueAt(record)
      return value === undefined || value === null ? absent : readValue(value, record)
    },
    redact: secretFilter(name, field, secrets),
  }
}

/** One text for a number, whichever way it is written. */
function idFieldReader(field: FieldMapping): FieldReader {
  const read: FieldReader = field.type === 'string' ? readCanonicalString : fieldReader(field)
  return (value, record) => usableId(read(value, record))
}
