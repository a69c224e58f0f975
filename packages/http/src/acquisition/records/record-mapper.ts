import type { SumsOfFields } from './field-sums.js'
import type { FieldMapping, Mapping } from './mapping.js'
import { Secrets } from '../secrets/index.js'
import { isJsonNumber } from './exact-number.js'
import { holdsLoneSurrogate } from './lone-surrogate.js'
import type { FieldReader, FieldValue } from './types/field-type.js'
import { fieldReader } from './types/kinds.js'
import { readCanonicalString } from './types/string.js'
import type { AcceptedRecord, RejectedRecord } from './normalised-page.js'
import { rawText } from './raw-text.js'
import type { PathReader } from '../references/index.js'
import { compilePath } from '../references/index.js'
import type { SecretFilter } from './secret-filter.js'
import { secretFilter } from './secret-filter.js'
import { shown, Unreadable } from './unreadable.js'

/** Collects what the records of one page become. */
export interface MappedRecords {
  readonly records: AcceptedRecord[]
  readonly rejects: RejectedRecord[]
  /** Raw texts of what `where` does not take. */
  readonly filtered: string[]
  warnings: number
  redactions: number
  readonly sums: SumsOfFields
  /** By field. */
  readonly unreadable: Map<string, { readonly field: string; count: number; readonly reason: string }>
}

export type RecordMapper = (record: unknown, index: number, sink: MappedRecords) => void

interface CompiledField {
  readonly name: string
  readonly required: boolean
  readonly default: FieldValue
  readonly valueAt: PathReader
  readonly read: FieldReader
  readonly withoutSecrets: SecretFilter
}

const missing = new Unreadable('MISSING_FIELD', 'it is missing or null')
const emptyId = new Unreadable('EMPTY_VALUE', 'it is empty')
const brokenId = new Unreadable('LONE_SURROGATE', 'it holds half a character (a lone surrogate)')

/** Compiles a mapping once; the mapper puts each record where it belongs and never throws for a bad one. */
export function recordMapper(mapping: Mapping, secrets = new Secrets()): RecordMapper {
  const compiled = Object.entries(mapping).map(([name, field]) => compileField(name, field, secrets))
  const idField = compiled.find(({ name }) => name === 'id')
  const idOf = (record: object): string | undefined => {
    const read = idField === undefined ? missing : readField(idField, record)
    const value = read instanceof Unreadable ? read : idField?.withoutSecrets(read)
    return value === undefined || value instanceof Unreadable ? undefined : idText({ id: value })
  }
  return (record, index, sink) => {
    if (!isRecord(record)) {
      sink.rejects.push(
        reject(record, index, undefined, new Unreadable('NOT_A_RECORD', `${shown(record)} is not an object`)),
      )
      return
    }
    const fields: Record<string, FieldValue> = {}
    let warnings: [string, Unreadable][] | undefined
    let redactions = 0
    for (const field of compiled) {
      const read = readField(field, record)
      const value = read instanceof Unreadable ? read : field.withoutSecrets(read)
      if (!(value instanceof Unreadable)) {
        fields[field.name] = value
        if (value !== read) redactions += 1
      } else if (field.required) {
        sink.rejects.push({ ...reject(record, index, field.name, value), id: idOf(record) })
        return
      } else {
        fields[field.name] = null
        ;(warnings ??= []).push([field.name, value])
      }
    }
    if (warnings !== undefined) noteWarnings(warnings, sink)
    sink.redactions += redactions
    sink.sums.add(fields)
    sink.records.push({ id: idText(fields), updatedMs: updatedMs(fields), json: JSON.stringify(fields) })
  }
}

/** Whether a row of a page is an object, as all records are. */
export function isRecord(row: unknown): row is object {
  return typeof row === 'object' && row !== null && !Array.isArray(row) && !isJsonNumber(row)
}

function noteWarnings(warnings: readonly (readonly [string, Unreadable])[], sink: MappedRecords): void {
  sink.warnings += warnings.length
  for (const [field, { reason }] of warnings) {
    const known = sink.unreadable.get(field)
    if (known === undefined) sink.unreadable.set(field, { field, count: 1, reason })
    else known.count += 1
  }
}

/** The configuration lets an id be a string or an integer only. */
function idText({ id }: Readonly<Record<string, FieldValue>>): string {
  return typeof id === 'string' ? id : JSON.stringify(id)
}

/** The comparable form of `updatedAt`: texts of different precision do not sort as texts. */
function updatedMs({ updatedAt }: Readonly<Record<string, FieldValue>>): number | null {
  const ms = typeof updatedAt === 'string' ? Date.parse(updatedAt) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}

function compileField(name: string, field: FieldMapping, secrets: Secrets): CompiledField {
  const read = fieldReader(field)
  const isId = name === 'id'
  const readId: FieldReader = field.type === 'string' ? readCanonicalString : read
  return {
    name,
    required: field.required || isId,
    default: field.default ?? null,
    valueAt: compilePath(field.path),
    read: isId ? (value, record) => usableId(readId(value, record)) : read,
    withoutSecrets: secretFilter(name, field, secrets),
  }
}

/** A ledger stores ids as UTF-8, which would make one of all lone surrogates. */
function usableId(value: FieldValue | Unreadable): FieldValue | Unreadable {
  if (typeof value !== 'string') return value
  if (value.trim() === '') return emptyId
  return holdsLoneSurrogate(value) ? brokenId : value
}

function readField(field: CompiledField, record: object): FieldValue | Unreadable {
  const value = field.valueAt(record)
  if (value !== undefined && value !== null) return field.read(value, record)
  return field.default === null && field.required ? missing : field.default
}

function reject(record: unknown, index: number, field: string | undefined, why: Unreadable): RejectedRecord {
  const reason = field === undefined ? why.reason : `${field}: ${why.reason}`
  return { index, code: why.code, field, reason, raw: rawText(record) }
}
