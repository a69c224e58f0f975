/** Records by a stream's schema, with all that its manifest reads out of them. */
import { formatDate, parseDate, PyDate } from './datetimes.mjs'
import { bounds } from './cdk-windows.mjs'
import { chainsOf, evaluateBoolean, textsOf } from './jinja.mjs'
import { isDict, str } from './python.mjs'

const DAY = 86_400_000_000
const MOST_FIELDS = 12
/** Of so many records each has only a few fields. */
const MANY = 120

/** Makes the records of one endpoint. `wants`: paths that must be there, `unique` ones differ in every record. */
export class RecordMaker {
  constructor(stream, wants, random) {
    Object.assign(this, { stream, wants, random })
    this.serial = 0
    const schema = stream.definition.schema_loader?.schema
    this.schema = isDict(schema?.properties) ? schema : { properties: {} }
    this.cursor = cursorOf(stream)
  }

  /** `count` records for a slice; with dates where the stream has a cursor. */
  records(count, slice, { old = 0 } = {}) {
    const records = []
    this.isLight = count > MANY
    for (let index = 0; index < count; index += 1) records.push(this.#record(slice, index < old))
    return records
  }

  #record(slice, isOld) {
    this.serial += 1
    if (this.stream.retriever.decoder?.type === 'IterableDecoder') return { record: `line ${this.serial}` }
    const record = this.#object(this.schema, this.isLight ? 2 : 0)
    for (const path of this.wants.present) ensure(record, path, () => this.#leaf(path))
    for (const path of this.wants.unique) put(record, path, this.#unique(path))
    if (this.cursor !== undefined) this.#date(record, isOld)
    this.#repair(record, slice)
    this.#pass(record, slice)
    return record
  }

  /** Where a template cannot read a made value, one that it can read takes its place. */
  #repair(record, slice) {
    if (!this.#canFail()) return
    const runs = () => safely(() => this.stream.select([record], slice) !== undefined)
    if (runs()) return
    const all = [...this.wants.present, ...this.wants.filtered]
    const own = this.repairs ?? []
    for (const [path, value] of own) put(record, path, value)
    if (runs()) return
    for (const path of all) {
      for (const value of repairsOf(this.stream)) {
        const copy = structuredClone(record)
        put(record, path, value)
        if (runs()) {
          this.repairs = [...own, [path, value]]
          return
        }
        Object.assign(record, copy)
      }
    }
    this.#repairAll(record, all, runs)
  }

  /** Only templates can. */
  #canFail() {
    const { definition, selector } = this.stream
    return (
      selector.record_filter !== undefined ||
      (definition.transformations ?? []).some(one => one.type === 'AddFields')
    )
  }

  /** All of them at once, where one is not enough. */
  #repairAll(record, paths, runs) {
    for (const value of repairsOf(this.stream)) {
      for (const path of paths) put(record, path, value)
      if (!runs()) continue
      this.repairs = paths.map(path => [path, value])
      return
    }
  }

  #leaf(path) {
    const type = typeAt(this.schema, path)
    return isDict(type) ? this.#value(type, 2, false) : `text ${this.serial}`
  }

  #unique(path) {
    const schema = typeAt(this.schema, path)
    if (isDict(schema?.properties))
      return Object.fromEntries(Object.keys(schema.properties).map(key => [key, `/${key}-${this.serial}`]))
    const [type] = typesOf(typeAt(this.schema, path))
    return type === 'integer' || type === 'number'
      ? 1000 + this.serial
      : `${path.at(-1)}-${this.serial}`.replace(/[^\w-]/g, '')
  }

  #date(record, isOld) {
    const { start, end, formats, paths } = this.cursor
    const span = Math.max(DAY, end.us - DAY - start.us)
    let us = isOld
      ? start.us - DAY * (1 + this.random.below(300))
      : start.us + 1_000_000 + this.random.below(1_000_000) * (span / 1_000_000)
    us = Math.floor(us / 1_000_000) * 1_000_000
    for (const path of paths)
      put(record, path, dateValue(new PyDate(us), formats[0], typeAt(this.schema, path)))
  }

  /** Three of four records pass the stream's filter. */
  #pass(record, slice) {
    const condition = this.stream.selector.record_filter?.condition
    if (condition === undefined || this.serial % 4 === 0) return
    const chains = chainsOf(condition, 'record').filter(path => path.every(key => typeof key === 'string'))
    const values = [
      true,
      false,
      null,
      'x',
      1,
      1000,
      ...textsOf(condition),
      `${this.stream.environment.settings.start_date ?? ''}`,
    ]
    const passes = () => safely(() => this.stream.select([record], slice).length > 0)
    if (passes()) return
    for (const path of chains) {
      for (const value of values) {
        put(record, path, value)
        if (passes()) return
      }
    }
  }

  #object(schema, depth) {
    const result = {}
    const names = Object.keys(schema.properties ?? {})
      .filter(name => !name.includes('{{'))
      .slice(0, depth > 1 ? 4 : MOST_FIELDS)
    for (const name of names) {
      const value = this.#value(schema.properties[name], depth, true)
      if (value !== undefined) result[name] = value
    }
    return result
  }

  #value(schema, depth, mayLack) {
    const types = typesOf(schema)
    if (mayLack && types.nullable && this.random.below(9) === 0)
      return this.random.below(2) === 0 ? null : undefined
    const [type] = types
    if (type === 'object') return depth > 2 ? {} : this.#object(schema, depth + 1)
    if (type === 'array') return this.#array(schema, depth)
    if (type === 'integer')
      return this.random.below(12) === 0
        ? 9_007_199_254_740_993n + BigInt(this.serial)
        : this.random.below(100_000)
    if (type === 'number') return this.random.pick([0.5, 12.25, -3.125, 1e-7, 42])
    if (type === 'boolean') return this.random.below(2) === 0
    return this.#text(schema)
  }

  #array(schema, depth) {
    const items = isDict(schema.items) ? schema.items : { type: 'string' }
    const count = depth > 2 ? 0 : this.random.below(3)
    return Array.from({ length: count }, () => this.#value(items, depth + 1, false))
  }

  #text(schema) {
    const day = new PyDate((20_000 + this.random.below(400)) * DAY)
    if (schema?.format === 'date-time') return formatDate(day, '%Y-%m-%dT%H:%M:%SZ')
    if (schema?.format === 'date') return formatDate(day, '%Y-%m-%d')
    return (
      this.random.pick([
        'plain',
        'späß ü 漢字',
        'a "quote" and \\',
        'two\nlines',
        '',
        '0017',
        'null',
        '1e5',
        '<b>&amp;</b>',
      ]) + this.serial
    )
  }
}

/** Values that templates can read: dates in the formats that they name, numbers, texts with separators, lists. */
function repairsOf(stream) {
  const day = new PyDate(20_100 * DAY)
  const { transformations = [] } = stream.definition
  const values = transformations.flatMap(one => (one.fields ?? []).map(field => field.value))
  const formats = values.flatMap(textsOf).filter(text => /%[Yyms]/.test(text) && text !== '%m')
  const dates = [...formats, '%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%d'].map(format => formatDate(day, format))
  return [...dates, Number(formatDate(day, '%s')), 7, '7', 'a-b/c:d_e', {}, [], [{}], { a: 'b' }, true]
}

function safely(run) {
  try {
    return run()
  } catch {
    return false
  }
}

function typesOf(schema) {
  const choices = schema?.anyOf ?? schema?.oneOf ?? [schema]
  const all = choices.flatMap(one => one?.type ?? (one?.properties ? 'object' : 'string'))
  const types = all.filter(type => type !== 'null')
  return Object.assign(types.length > 0 ? types : ['string'], { nullable: all.includes('null') })
}

export function typeAt(schema, path) {
  return path.reduce((node, key) => node?.properties?.[key], schema)
}

export function put(record, path, value) {
  let target = record
  for (const [index, key] of path.slice(0, -1).entries()) {
    const isList = typeof path[index + 1] === 'number'
    const fits = isList ? Array.isArray(target[key]) : isDict(target[key])
    if (!fits) target[key] = isList ? [] : {}
    target = target[key]
  }
  while (Array.isArray(target) && target.length < path.at(-1)) target.push(`item ${target.length}`)
  if (value === undefined) delete target[path.at(-1)]
  else target[path.at(-1)] = value
}

function ensure(record, path, make) {
  const found = path.reduce(
    (node, key) => (node !== null && typeof node === 'object' ? node[key] : undefined),
    record,
  )
  if (found === undefined || found === null) put(record, path, make())
}

export function dateValue(date, format, schema) {
  const text = formatDate(date, format)
  const [type] = typesOf(schema)
  const isNumber = ['integer', 'number'].includes(type) && /^\d+$/.test(text)
  return isNumber ? Number(text) : text
}

/** Where and how a cursor's dates stand in the raw record; undefined where there is none. */
function cursorOf(stream) {
  const cursor = stream.incremental
  if (cursor === undefined || cursor.type !== 'DatetimeBasedCursor') return undefined
  const field = str(stream.text(cursor.cursor_field, cursor))
  const formats = [...(cursor.cursor_datetime_formats ?? []), cursor.datetime_format]
  const named = (stream.definition.transformations ?? [])
    .flatMap(one => (one.fields ?? []).flatMap(field => textsOf(field.value)))
    .filter(text => text.includes('%'))
  const tried = [
    ...formats,
    ...named,
    '%Y-%m-%dT%H:%M:%SZ',
    '%Y-%m-%dT%H:%M:%S.%fZ',
    '%s',
    '%Y-%m-%d',
    '%ms',
    '%Y-%m-%dT%H:%M:%S',
  ]
  const { start, end } = bounds(stream)
  const places = placesOf(stream, field)
  const date = new PyDate(Math.floor(end.us / DAY) * DAY - 5 * DAY)
  for (const paths of places) {
    const format = tried.find(one => fits(stream, { paths, format: one, field, formats, date }))
    if (format !== undefined) return { field, formats: [format], readFormats: formats, paths, start, end }
  }
  return { field, formats, readFormats: formats, paths: [[field]], start, end }
}

/** The cursor field itself, or what the transformations read where they make it. */
function placesOf(stream, field) {
  const added = (stream.definition.transformations ?? [])
    .filter(one => one.type === 'AddFields')
    .flatMap(one => one.fields)
    .filter(one => one.path.join('.') === field)
    .flatMap(one => chainsOf(one.value, 'record'))
    .filter(path => path.every(key => typeof key === 'string'))
  return [...(added.length > 0 ? [added] : []), [[field]], [field.split('.')]]
}

function fits(stream, { paths, format, field, formats, date }) {
  const record = {}
  const schema = stream.definition.schema_loader?.schema
  for (const path of paths) put(record, path, dateValue(date, format, typeAt(schema, path)))
  return safely(() => {
    const [made] = stream.select([record], { partition: {}, window: stream.windows()[0] ?? {} })
    const value = cursorDate(made ?? record, field, formats)
    return value !== undefined && Math.abs(value.us - date.us) <= 2 * DAY
  })
}

/** The date of a record's cursor. */
export function cursorDate(record, field, formats) {
  const value = record[field]
  if (value === undefined || value === null || value === '') return undefined
  for (const format of formats) {
    const found = safely(() => parseDate(str(value), format))
    if (found) return found
  }
  return undefined
}

/** Whether a condition holds, false where it cannot be evaluated. */
export const holds = (condition, context) => safely(() => evaluateBoolean(condition, context))
