import type { JsonObject, Proposal } from './proposal.js'
import { at } from './proposal.js'

const ID_NAMES = ['id', 'uuid', 'guid', 'gid', 'key', '_id', 'ID', 'Id']

/** What tells records apart: a name that says so, with values that are there and differ. */
export function idOf(rows: readonly JsonObject[]): Proposal<string> {
  const fields = Object.keys(rows[0] ?? {})
  const named = [...ID_NAMES, ...fields.filter(name => /(?:_id|Id|ID|_key|_sid|sid)$/.test(name))]
  const found = named.find(name => fields.includes(name) && isUnique(rows, name))
  if (found !== undefined) {
    const many = rows.length > 1
    const sure = many && ID_NAMES.includes(found) ? 'certain' : many || found === 'id' ? 'likely' : 'guess'
    return {
      value: found,
      sure,
      why: many ? 'in every record, and never twice' : 'the name; there is one record',
    }
  }
  const other = rows.length > 1 ? fields.find(name => isUnique(rows, name)) : undefined
  return other === undefined
    ? { value: 'contentHash', sure: 'guess', why: 'no field tells the records apart' }
    : { value: other, sure: 'guess', why: 'the first field that differs in every record' }
}

function isUnique(rows: readonly JsonObject[], name: string): boolean {
  const values = rows.map(row => row[name])
  const isKey = (value: unknown): boolean =>
    (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'bigint'
  return values.length > 0 && values.every(isKey) && new Set(values.map(String)).size === values.length
}

const CHANGED = /(?:updated|modified|changed|last_?edited|last_?update|system_?modstamp)/i
const CREATED = /(?:created|inserted|published|occurred|timestamp|date)/i
const isoText = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}|$)/

/** A date by which a later run could ask for what is new; those of one nested object too. */
export function sinceOf(rows: readonly JsonObject[]): Proposal<string> | undefined {
  const paths = scalarPaths(rows[0] ?? {}).filter(path => rows.every(row => isMoment(at(row, path), path)))
  const changed = paths.find(path => CHANGED.test(lastOf(path)))
  if (changed !== undefined)
    return { value: changed, sure: 'likely', why: 'a date in every record, named like a change' }
  const created = paths.find(path => CREATED.test(lastOf(path)))
  return created === undefined
    ? undefined
    : { value: created, sure: 'guess', why: 'a date, but of the beginning: changes are not seen by it' }
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

function scalarPaths(row: JsonObject): string[] {
  return Object.entries(row).flatMap(([name, value]) => {
    if (name.includes('.')) return []
    if (typeof value !== 'object' || value === null) return [name]
    return Array.isArray(value) ? [] : Object.keys(value).map(inner => `${name}.${inner}`)
  })
}

function isMoment(value: unknown, path: string): boolean {
  if (typeof value === 'string') return isoText.test(value)
  return (
    typeof value === 'number' && /(?:at|time|date|stamp|created|updated|modified)$/i.test(path) && value > 1e8
  )
}

/** `id: number, title: text`: what the fields hold, for whoever writes a mapping. */
export function fieldKinds(rows: readonly JsonObject[]): string[] {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))]
  return names.map(
    name =>
      `${name}: ${kindOf(
        rows.map(row => row[name]).filter(value => value !== null && value !== undefined),
        name,
      )}`,
  )
}

function kindOf(values: readonly unknown[], name: string): string {
  const kinds = new Set(values.map(value => kindOfOne(value, name)))
  const [only] = kinds
  return only !== undefined && kinds.size === 1 ? only : kinds.size === 0 ? 'always null' : 'several types'
}

function kindOfOne(value: unknown, name: string): string {
  if (isMoment(value, name)) return 'date'
  if (Array.isArray(value)) return 'list'
  return typeof value === 'string' ? 'text' : typeof value
}
