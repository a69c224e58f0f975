import type { FieldMapping, StreamConfig, Where } from '../../acquisition/index.js'
import { chanceFor } from './chance.js'
import { asCell, madeValue } from './field-values.js'
import { isObject, valueAt, withValue } from './path-steps.js'
import type { SinceValue } from './since-values.js'
import { SinceScale } from './since-values.js'
import type { Since } from './since-values.js'
import { childrenOf, idPaths, isAdded, lastRecordPaths, pathsForChildren } from './stream-needs.js'
import { asText } from './template-text.js'
import { fitted, holds, rulesOf } from './where-rules.js'

/** A record of the mock. */
export interface Row {
  /** As a page has it. */
  readonly raw: Record<string, unknown>
  /** The mapped fields, as they have to be stored. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly since: SinceValue | undefined
  /** Whether a perfect first run has it. */
  readonly isTaken: boolean
  /** It was there before, and no page has it any more. */
  readonly isGone?: boolean
}

/** Which record: the nth of so many of a part, changed so many times. */
export interface RowPlace {
  readonly part: number
  readonly n: number
  readonly count: number
  readonly version: number
}

/** Of four records one is left out by a filter. */
const TAKEN = 0.75
const HOUR_MS = 3_600_000
const FIRST_MS = Date.UTC(2024, 0, 1)

/** Makes the records of a stream: all that its keys, and those of its children, look for is there. */
export class RecordMaker {
  readonly #stream: StreamConfig
  readonly #filters: readonly Where[]
  readonly #paths: ReadonlySet<string>
  readonly #ids: readonly string[]
  readonly #scale: SinceScale | undefined
  readonly #seed: number
  readonly #leavesOutEqual: boolean

  constructor(
    stream: StreamConfig,
    streams: readonly StreamConfig[],
    {
      seed,
      now,
      leavesOutEqual,
    }: { readonly seed: number; readonly now: number; readonly leavesOutEqual: boolean },
  ) {
    this.#stream = stream
    this.#seed = seed
    this.#leavesOutEqual = leavesOutEqual
    const filters = [stream.where, ...childrenOf(stream, streams).map(({ each }) => each.where)]
    this.#filters = filters.filter(where => where !== undefined)
    this.#ids = idPaths(stream) ?? []
    const { keep, drop = [], since } = stream
    const kept = typeof keep === 'object' ? keep : []
    this.#paths = new Set([
      ...kept,
      ...drop.filter(rule => typeof rule === 'string'),
      ...pathsForChildren(stream, streams),
      ...lastRecordPaths(stream),
    ])
    this.#scale = since && new SinceScale(stream as StreamConfig & { readonly since: Since }, now)
  }

  row(place: RowPlace): Row {
    const { n, count, version } = place
    const since = this.#scale?.valueOf(n, count, version)
    const special = this.#special(place, since)
    const { record, fields } = this.#record(place, special)
    const whole = this.#filtered(record, place)
    const isIn =
      since === undefined || (this.#scale?.isIn(since, { leavesOutEqual: this.#leavesOutEqual }) ?? true)
    return {
      raw: whole,
      fields: { ...fields, ...this.#fitted(whole) },
      since,
      isTaken: isIn && holds(this.#stream.where, whole),
    }
  }

  /** Values that are more than their types: ids, what is referred to, what tells the order. */
  #special(place: RowPlace, since: SinceValue | undefined): Map<string, unknown> {
    const { part, n } = place
    const name = this.#stream.name.split('.').at(-1) ?? ''
    const special = new Map<string, unknown>()
    // A value that has to be encoded in a path, here and there.
    const sign = n % 5 === 4 ? '/' : '-'
    for (const path of this.#paths) {
      const value = this.#unique(path, `${path.replace(/\W+/g, '_')}${sign}${part}${sign}${n}`, place)
      if (value !== undefined) special.set(path, value)
    }
    if (this.#isMap) special.set(this.#keyOfMap, `${name}-${part}-${n}`)
    const own = this.#ids.filter(path => !isAdded(this.#stream, path))
    for (const [index, path] of own.entries()) {
      const isLast = index === own.length - 1
      special.set(path, this.#unique(path, isLast ? `${name}${sign}${part}${sign}${n}` : `g${n % 3}`, place))
    }
    const { since: { field } = {} } = this.#stream
    if (field !== undefined && since !== undefined) special.set(field, since.raw)
    return special
  }

  /** A text, or a number where a field at the path is one; undefined where it has a type of another kind. */
  #unique(path: string, text: string, { part, n }: RowPlace): unknown {
    const field = Object.values(this.#stream.mapping ?? {}).find(one => one.path === path)
    if (field === undefined || field.type === 'string') return text
    return field.type === 'integer' ? part * 100_000 + n + 1 : undefined
  }

  #record(place: RowPlace, special: ReadonlyMap<string, unknown>) {
    let record: unknown =
      this.#shapeOf('records') === 'texts'
        ? {}
        : { note: `version ${place.version} of ${place.part}-${place.n}` }
    const fields: Record<string, unknown> = {}
    for (const [path, value] of special) record = withValue(record, path, this.#written(value))
    for (const [name, field] of Object.entries(this.#stream.mapping ?? {})) {
      const making = this.#making(place, name)
      const fixed = special.get(field.path)
      if (fixed !== undefined) fields[name] = this.#keptOf(field, fixed, place)
      else if (isLeftOut(field, place)) fields[name] = field.default ?? null
      else {
        const made = madeValue(field, making)
        record = withValue(record, field.path, made.raw)
        for (const [path, value] of made.beside ?? []) record = withValue(record, path, value)
        fields[name] = made.kept
      }
    }
    return { record, fields }
  }

  /** What a mapped field makes of a value that is more than its type. */
  #keptOf(field: FieldMapping, fixed: unknown, { n, count, version }: RowPlace): unknown {
    if (field.type !== 'date' || field.path !== this.#stream.since?.field) return fixed
    const order = this.#scale?.valueOf(n, count, version).order
    return typeof order === 'number' ? new Date(order).toISOString() : fixed
  }

  #making({ part, n, version }: RowPlace, name: string) {
    const random = chanceFor(this.#seed, this.#stream.name, part, n, name, name === 'id' ? 0 : version)
    // Later versions are later, whatever else their values are.
    const ms =
      FIRST_MS + ((n * 37 + part) % 300) * 24 * HOUR_MS + (8 + (n % 10)) * HOUR_MS + version * HOUR_MS
    return { random, ms: ms + (n % 60) * 61_000, isText: this.#isTable }
  }

  #filtered(record: unknown, { part, n }: RowPlace): Record<string, unknown> {
    const write = (value: unknown): unknown => (this.#isTable ? asCell(value) : value)
    const whole = this.#filters.reduce<unknown>((one, where, index) => {
      const isTaken = chanceFor(this.#seed, this.#stream.name, 'where', index, part, n)() < TAKEN
      return fitted(where, one, isTaken, write)
    }, record)
    return isObject(whole) ? whole : {}
  }

  /** The fields whose values a filter has changed. */
  #fitted(record: unknown): Record<string, unknown> {
    const paths = new Set(this.#filters.flatMap(pathsOf))
    const fields = Object.entries(this.#stream.mapping ?? {}).filter(([, { path }]) => paths.has(path))
    return Object.fromEntries(
      fields.map(([name, field]) => [name, keptAs(field, valueAt(record, field.path))]),
    )
  }

  #written(value: unknown): unknown {
    return this.#isTable ? asCell(value) : value
  }

  /** What a pipeline stores it under; undefined where its content or its place says so. */
  idOf(record: unknown): string | undefined {
    const values = this.#ids.map(path => String(valueAt(record, path)))
    if (values.length === 0) return undefined
    const { id } = this.#stream
    return typeof id === 'object' ? JSON.stringify(values) : values[0]
  }

  get #isTable(): boolean {
    const { format } = this.#stream
    return format?.type === 'csv' || format?.type === 'tsv'
  }

  get #isMap(): boolean {
    return this.#shapeOf('records') === 'map'
  }

  get #keyOfMap(): string {
    const { records } = this.#stream
    return typeof records === 'object' && records.shape === 'map' ? records.key : 'key'
  }

  #shapeOf(key: 'records'): string {
    const place = this.#stream[key]
    return typeof place === 'string' ? 'list' : place.shape
  }
}

/** A field that need not be there is not, here and there. */
function isLeftOut(field: FieldMapping, { n }: RowPlace): boolean {
  return !field.required && n % 7 === 3
}

function keptAs({ type }: FieldMapping, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type === 'date') return new Date(asText(value)).toISOString()
  if (type === 'boolean') return asText(value) === 'true'
  return type === 'integer' ? Number(value) : type === 'json' ? value : asText(value)
}

/** All paths that a filter looks at. */
function pathsOf(where: Where): string[] {
  return rulesOf(where).flatMap(rule => {
    if ('any' in rule) return rule.any.flatMap(pathsOf)
    return 'not' in rule ? pathsOf(rule.not) : [rule.path]
  })
}
