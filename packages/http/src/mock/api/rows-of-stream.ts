import type { StreamConfig } from '../../acquisition/index.js'
import { between, chanceFor } from './chance.js'
import { evaluated } from './evaluated.js'
import { addedTo, combinations, isBatch, partKey } from './part-values.js'
import type { Beginning, PartValues } from './part-values.js'
import { withValue } from './path-steps.js'
import { RecordMaker } from './record-maker.js'
import type { Row } from './record-maker.js'
import { askedReferences, eachesOf, neededReferences, partReferences } from './stream-needs.js'
import type { Each } from './stream-needs.js'
import { holds } from './where-rules.js'

/** What all records follow from. */
export interface MakingOptions {
  readonly seed: number
  /** Of a stream without a parent. Default: two pages and a half, at least 25 and at most 250. */
  readonly records?: number | undefined
  /** Of the mock's start, in epoch milliseconds. */
  readonly now: number
  /** Whether a filter leaves out what equals its beginning. */
  readonly leavesOutEqual: boolean
}

/** What requests of one kind are answered with, whatever part they are of. */
export interface Served {
  readonly values: PartValues
  readonly rows: Row[]
  /** What it answers in place of them: a rule of the stream says that such a part is skipped. */
  readonly refusal: number | undefined
}

/** One part of a stream, as a run has it. */
interface Part {
  readonly values: PartValues
  readonly served: Served
}

/** A record that a perfect run has. */
export interface TakenRow extends Row {
  /** What a pipeline stores it under; undefined where its content or its place says so. */
  readonly id: string | undefined
  /** As it is, with what the stream adds. */
  readonly whole: Readonly<Record<string, unknown>>
  readonly values: PartValues
}

const LEAST = 25
const MOST = 250
/** Of a child, where nobody says how many. */
const OF_CHILD = 5
/** One part of so many is refused, where the stream skips such. */
const REFUSED = 5

/** A stream of the mock with all its parts. */
export class StreamRows {
  readonly config: StreamConfig
  /** What parts differ in; of that, what their requests need; and what a request tells of it. */
  readonly #references: { readonly all: string[]; readonly needed: string[]; readonly asked: string[] }
  readonly #maker: RecordMaker
  readonly #options: MakingOptions
  readonly #parts = new Map<string, Part>()
  readonly #served = new Map<string, Served>()
  readonly #byRequest = new Map<string, Served>()
  #version = 0

  /** `parents`: the streams that it is taken for, by name. */
  constructor(
    config: StreamConfig,
    streams: readonly StreamConfig[],
    parents: ReadonlyMap<string, StreamRows>,
    options: MakingOptions,
  ) {
    this.config = config
    const [all, needed, asked] = [partReferences, neededReferences, askedReferences].map(of => of(config))
    this.#references = { all: all ?? [], needed: needed ?? [], asked: asked ?? [] }
    this.#options = options
    this.#maker = new RecordMaker(config, streams, options)
    this.addParts(parents)
  }

  /** The parts that the records of its parents make, and which are not there yet. */
  addParts(parents: ReadonlyMap<string, StreamRows>): void {
    const { all, needed } = this.#references
    const beginning = (each: Each) => parents.get(each.each)?.beginning(each) ?? []
    for (const values of combinations(this.config, all, beginning, this.#options.now)) {
      const [key, request] = [partKey(all, values), partKey(needed, values)]
      if (this.#parts.has(key)) continue
      const served = this.#served.get(request) ?? this.#servedPart(values, this.#served.size)
      this.#served.set(request, served)
      this.#parts.set(key, { values, served })
    }
  }

  /** What a perfect run has of it. */
  get taken(): TakenRow[] {
    const found = [...this.#parts.values()].flatMap(({ values, served: { rows, refusal } }) =>
      refusal === undefined ? rows.filter(row => row.isTaken).map(row => this.#taken(row, values)) : [],
    )
    // Parts that only those below tell apart have the same records.
    return [...new Map(found.map((row, at) => [row.id ?? at, row])).values()]
  }

  /** The first that is served and has records. */
  get first(): Served | undefined {
    return [...this.#served.values()].find(({ rows }) => rows.length > 0)
  }

  /** The records that begin parts of a child. */
  beginning({ where }: Each): Beginning[] {
    return [...this.#parts.values()].flatMap(({ values, served: { rows, refusal } }) =>
      (refusal === undefined ? rows : [])
        .filter(({ raw, isTaken }) => isTaken && holds(where, raw))
        .map(row => ({ record: this.#taken(row, values).whole, values })),
    )
  }

  /** What these values name: several where they are lists. Undefined where one does not exist. */
  async servedFor(values: PartValues): Promise<Served[] | undefined> {
    await this.#compute()
    const { asked } = this.#references
    const lists = asked.map(name => this.#listed(name, values.get(name)))
    const length = Math.max(1, ...lists.map(list => (Array.isArray(list) ? list.length : 1)))
    const found = Array.from({ length }, (_, index) => {
      const one = asked.map((name, at) => [name, itemOf(lists[at], index)] as const)
      return this.#byRequest.get(partKey(asked, new Map(one)))
    })
    return found.every(part => part !== undefined) ? found : undefined
  }

  /** One record in five is changed, and in each part one is new, and one gone where that is to be marked. */
  change(): void {
    this.#version += 1
    for (const [at, { rows }] of [...this.#served.values()].entries()) {
      const count = rows.length
      for (let n = 1; n < count; n += 5)
        rows[n] = this.#maker.row({ part: at, n, count, version: this.#version })
      rows.push(this.#maker.row({ part: at, n: count, count, version: 1 }))
      const gone = rows[this.#version * 5]
      if (this.config.markDeleted === true && gone !== undefined)
        rows[this.#version * 5] = { ...gone, isGone: true, isTaken: false }
    }
  }

  /** What requests tell of the parts that are new: expressions are computed of their values. */
  async #compute(): Promise<void> {
    const { asked } = this.#references
    for (const served of [...this.#served.values()].slice(this.#byRequest.size)) {
      const scope = [...served.values].reduce<unknown>(
        (all, [name, value]) => withValue(all, name, value),
        {},
      )
      const told = new Map(served.values)
      for (const name of asked.filter(one => one.startsWith('=')))
        told.set(name, asSent(await evaluated(name.slice(1), scope)))
      this.#byRequest.set(partKey(asked, told), served)
    }
  }

  #taken(row: Row, values: PartValues): TakenRow {
    const added = addedTo(this.config, row.raw, values)
    const whole = { ...row.raw, ...added }
    const fields = this.config.hooks?.transform === undefined ? { ...row.fields, ...added } : {}
    return { ...row, id: this.#maker.idOf(whole), fields, whole, values }
  }

  /** In a longer text the values of a batch have commas between them. */
  #listed(name: string, value: unknown): unknown {
    return isBatch(this.config, name) && typeof value === 'string' ? value.split(',') : value
  }

  #servedPart(values: PartValues, at: number): Served {
    const refusal = at % REFUSED === REFUSED - 1 ? this.#skipped : undefined
    const count = this.#count(at)
    const rows = Array.from({ length: count }, (_, n) => this.#maker.row({ part: at, n, count, version: 0 }))
    return { values, rows, refusal }
  }

  #count(at: number): number {
    const { records, pagination, name } = { ...this.#options, ...this.config, records: this.#options.records }
    const { records: place } = this.config
    if (typeof place === 'object' && place.shape === 'object' && pagination.type === 'none') return 1
    if (eachesOf(this.config).length > 0)
      return between(chanceFor(this.#options.seed, name, 'count', at), 0, (records ?? OF_CHILD) + 1)
    const size = 'pageSize' in pagination ? (pagination.pageSize ?? 0) : 0
    return records ?? Math.min(MOST, Math.max(LEAST, Math.ceil(size * 2.5)))
  }

  /** The status of parts that the stream skips; not of batches, whose parts come together. */
  get #skipped(): number | undefined {
    const eaches = eachesOf(this.config)
    if (eaches.length === 0 || eaches.some(({ batch }) => batch !== undefined)) return undefined
    const rule = this.config.responses?.find(
      one => one.action === 'skip' && one.headers === undefined && one.body === undefined,
    )
    return rule?.statuses?.[0]?.[0]
  }
}

/** A path may begin with a slash, or not. */
function asSent(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^\/+/, '') : value
}

function itemOf(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value[index] : value
}

/** All streams, parents before their children. */
export function allRows(streams: readonly StreamConfig[], options: MakingOptions): Map<string, StreamRows> {
  const made = new Map<string, StreamRows>()
  const make = (stream: StreamConfig): void => {
    if (made.has(stream.name)) return
    for (const { each } of eachesOf(stream)) streams.filter(({ name }) => name === each).forEach(make)
    made.set(stream.name, new StreamRows(stream, streams, made, options))
  }
  streams.forEach(make)
  return made
}
