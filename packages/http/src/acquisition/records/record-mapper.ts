import { Secrets } from '../secrets/index.js'
import { storedJson } from './exact-number.js'
import type { AddRules } from './added-fields.js'
import { lastingNames } from './added-fields.js'
import type { AddedValues } from './field-path.js'
import { isRecord } from './is-record.js'
import type { KeepRules } from './kept-values.js'
import { keptReader } from './kept-values.js'
import type { CompiledField } from './mapped-fields.js'
import { compileFields } from './mapped-fields.js'
import type { MappedRecords } from './mapped-records.js'
import type { KeptSchema } from './kept-schema.js'
import { misfitFinder } from './kept-schema.js'
import type { Mapping } from './mapping.js'
import type { RejectedRecord } from './normalised-page.js'
import { rawText } from './raw-text.js'
import type { IdReader, IdRule } from './record-id.js'
import { idReader } from './record-id.js'
import type { FieldValue } from './types/field-type.js'
import { shown, Unreadable } from './unreadable.js'

/** Where a row comes from, and what is known of it besides. */
interface RowPlace {
  /** Place in its page, from 0. */
  readonly index: number
  readonly pageId: string
  /** What it gets besides what its source says of it. */
  readonly added?: AddedValues | undefined
}

export type RecordMapper = (row: unknown, place: RowPlace, sink: MappedRecords) => void

/** What a stream's records become. */
export interface RecordRules extends KeepRules {
  /** Default none: a record's values stay as they are. */
  readonly mapping?: Mapping | undefined
  /** What tells records apart. Default: the mapping's field `id`. */
  readonly id?: IdRule | undefined
  /** What the records get besides. */
  readonly add?: AddRules | undefined
  /** What its fields have to be. Default: whatever they are. */
  readonly schema?: KeptSchema | undefined
}

/** Compiles the rules once; the mapper puts each record where it belongs and never throws for a bad one. */
export function recordMapper(rules: RecordRules, secrets = new Secrets()): RecordMapper {
  const { mapping, keep = mapping === undefined ? 'all' : undefined } = rules
  const fieldsOf = compileFields(mapping ?? {}, secrets)
  const keptOf = keptReader({ ...rules, keep }, secrets)
  const idOf = idReaderOf(rules, fieldsOf, secrets)
  const misfitOf = rules.schema && misfitFinder(rules.schema, Object.keys(mapping ?? {}))
  return (row, place, sink) => {
    const refuse = (why: Unreadable, field?: string, id?: string): void => {
      sink.rejects.push({ ...rejectOf(row, place.index, why, field), id })
    }
    if (!isRecord(row)) return refuse(new Unreadable('NOT_A_RECORD', `${shown(row)} is not an object`))
    const kept = keptOf?.(row, sink)
    if (kept instanceof Unreadable) return refuse(kept)
    const fields: Record<string, FieldValue> = { ...kept }
    let warnings: [string, Unreadable][] | undefined
    let redactions = 0
    for (const field of fieldsOf) {
      const { value, isRedacted } = readField(field, row)
      if (!(value instanceof Unreadable)) {
        fields[field.name] = value
        if (isRedacted) redactions += 1
      } else if (field.required) {
        return refuse(value, field.name, textOr(idOf({ record: row, ...place })))
      } else {
        fields[field.name] = null
        ;(warnings ??= []).push([field.name, value])
      }
    }
    for (const [name, value] of Object.entries(place.added ?? {})) {
      fields[name] = value instanceof Unreadable ? null : value
      if (value instanceof Unreadable) (warnings ??= []).push([name, value])
    }
    const id = idOf({ record: row, ...place })
    if (id instanceof Unreadable) return refuse(id, 'id')
    const misfit = misfitOf?.(fields)
    if (misfit !== undefined) return refuse(misfit.why, misfit.field, id)
    if (warnings !== undefined) noteWarnings(warnings, sink)
    sink.redactions += redactions
    sink.sums.add(fields)
    sink.types?.add(fields)
    sink.records.push({ id, updatedMs: updatedMs(fields), json: storedJson(fields) })
  }
}

function readField({ read, redact }: CompiledField, record: object) {
  const found = read(record)
  const value = found instanceof Unreadable ? found : redact(found)
  return { value, isRedacted: value !== found }
}

function textOr(id: string | Unreadable): string | undefined {
  return id instanceof Unreadable ? undefined : id
}

/** Without a rule of its own it is the mapping's field, of which the configuration lets it be text or integer. */
function idReaderOf(
  { id, drop, add = {} }: RecordRules,
  fields: readonly CompiledField[],
  secrets: Secrets,
): IdReader {
  if (id !== undefined) return idReader(id, { drop, hashed: lastingNames(add), secrets })
  const field = fields.find(({ name }) => name === 'id')
  if (field === undefined) throw new TypeError('id is missing; a mapping without a field id needs one')
  return ({ record }) => {
    const { value } = readField(field, record)
    return typeof value === 'number' ? String(value) : (value as string | Unreadable)
  }
}

function noteWarnings(warnings: readonly (readonly [string, Unreadable])[], sink: MappedRecords): void {
  sink.warnings += warnings.length
  for (const [field, { reason }] of warnings) {
    const known = sink.unreadable.get(field)
    if (known === undefined) sink.unreadable.set(field, { field, count: 1, reason })
    else known.count += 1
  }
}

/** The comparable form of `updatedAt`: texts of different precision do not sort as texts. */
function updatedMs({ updatedAt }: Readonly<Record<string, FieldValue>>): number | null {
  const ms = typeof updatedAt === 'string' ? Date.parse(updatedAt) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}

function rejectOf(row: unknown, index: number, why: Unreadable, field: string | undefined): RejectedRecord {
  const reason = field === undefined ? why.reason : `${field}: ${why.reason}`
  return { index, code: why.code, field, reason, raw: rawText(row) }
}
