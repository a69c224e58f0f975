import type { PartitionConfig, StreamConfig } from '../../acquisition/index.js'
import { windowsOf } from '../../acquisition/index.js'
import { between, chanceFor } from './chance.js'
import { RecordMaker } from './record-maker.js'
import type { Row } from './record-maker.js'
import { eachOf, partReferences, rootOf } from './stream-needs.js'
import { asText, referred } from './template-text.js'
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

/** One part of a stream: what its requests refer to, and its records. */
export interface Part {
  readonly values: ReadonlyMap<string, unknown>
  readonly rows: Row[]
  /** What it answers in place of them: a rule of the stream says that such a part is skipped. */
  readonly refusal: number | undefined
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
  readonly #references: readonly string[]
  readonly #maker: RecordMaker
  readonly #options: MakingOptions
  readonly #parts = new Map<string, Part>()
  #version = 0

  /** `parent`: the stream that it is taken for. */
  constructor(
    config: StreamConfig,
    streams: readonly StreamConfig[],
    parent: StreamRows | undefined,
    options: MakingOptions,
  ) {
    this.config = config
    this.#references = partReferences(config)
    this.#options = options
    this.#maker = new RecordMaker(config, streams, options)
    this.addParts(parent)
  }

  /** The parts that the parent's records make, and which are not there yet. */
  addParts(parent: StreamRows | undefined): void {
    for (const values of this.#combinations(parent)) {
      const key = this.#keyOf(values)
      if (!this.#parts.has(key)) this.#parts.set(key, this.#part(values, this.#parts.size))
    }
  }

  get parts(): readonly Part[] {
    return [...this.#parts.values()]
  }

  /** What a perfect run has of it. */
  get taken(): Row[] {
    return this.parts
      .filter(({ refusal }) => refusal === undefined)
      .flatMap(({ rows }) => rows.filter(row => row.isTaken))
  }

  /** The parts that these values name: several where they are lists. Undefined where one does not exist. */
  partsOf(values: ReadonlyMap<string, unknown>): Part[] | undefined {
    const lists = this.#references.map(name => this.#listed(name, values.get(name)))
    const length = Math.max(1, ...lists.map(list => (Array.isArray(list) ? list.length : 1)))
    const found = Array.from({ length }, (_, index) => {
      const one = this.#references.map((name, at) => [name, itemOf(lists[at], index)] as const)
      return this.#parts.get(this.#keyOf(new Map(one)))
    })
    return found.every(part => part !== undefined) ? found : undefined
  }

  /** In a longer text the values of a batch have commas between them. */
  #listed(name: string, value: unknown): unknown {
    const each = eachOf(this.config)
    const isBatch = each?.batch !== undefined && rootOf(name) === each.as
    return isBatch && typeof value === 'string' ? value.split(',') : value
  }

  /** One record in five is changed, and in each part one is new: what a later run has to find. */
  change(): void {
    this.#version += 1
    for (const [at, { rows }] of this.parts.entries()) {
      const count = rows.length
      for (let n = 1; n < count; n += 5)
        rows[n] = this.#maker.row({ part: at, n, count, version: this.#version })
      rows.push(this.#maker.row({ part: at, n: count, count, version: 1 }))
    }
  }

  #combinations(parent: StreamRows | undefined): ReadonlyMap<string, unknown>[] {
    const { for: parts = [] } = this.config
    return parts.reduce<ReadonlyMap<string, unknown>[]>(
      (all, part) => {
        const names = this.#references.filter(name => rootOf(name) === part.as)
        const choices = isFound(part) ? this.#parents(parent) : choicesOf(part, this.#options.now)
        const valuesOf = (choice: unknown) =>
          names.map(name => [name, referred(choice, name, part.as)] as const)
        return all.flatMap(values => choices.map(choice => new Map([...values, ...valuesOf(choice)])))
      },
      [new Map()],
    )
  }

  #parents(parent: StreamRows | undefined): unknown[] {
    const where = eachOf(this.config)?.where
    return (parent?.taken ?? []).map(({ raw }) => raw).filter(raw => holds(where, raw))
  }

  #keyOf(values: ReadonlyMap<string, unknown>): string {
    return JSON.stringify(this.#references.map(name => asText(values.get(name))))
  }

  #part(values: ReadonlyMap<string, unknown>, at: number): Part {
    const refusal = at % REFUSED === REFUSED - 1 ? this.#skipped : undefined
    const count = this.#count(at)
    const rows = Array.from({ length: count }, (_, n) => this.#maker.row({ part: at, n, count, version: 0 }))
    return { values, rows, refusal }
  }

  #count(at: number): number {
    const { records, pagination, name } = { ...this.#options, ...this.config, records: this.#options.records }
    const { records: place } = this.config
    if (typeof place === 'object' && place.shape === 'object' && pagination.type === 'none') return 1
    if (eachOf(this.config) !== undefined)
      return between(chanceFor(this.#options.seed, name, 'count', at), 0, (records ?? OF_CHILD) + 1)
    const size = 'pageSize' in pagination ? (pagination.pageSize ?? 0) : 0
    return records ?? Math.min(MOST, Math.max(LEAST, Math.ceil(size * 2.5)))
  }

  /** The status of parts that the stream skips; not of batches, whose parts come together. */
  get #skipped(): number | undefined {
    const each = eachOf(this.config)
    if (each === undefined || each.batch !== undefined) return undefined
    const rule = this.config.responses?.find(
      one => one.action === 'skip' && one.headers === undefined && one.body === undefined,
    )
    return rule?.statuses?.[0]?.[0]
  }
}

function itemOf(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value[index] : value
}

/** All streams, parents before their children. */
export function allRows(streams: readonly StreamConfig[], options: MakingOptions): Map<string, StreamRows> {
  const made = new Map<string, StreamRows>()
  const make = (stream: StreamConfig): StreamRows => {
    const known = made.get(stream.name)
    if (known !== undefined) return known
    const parent = streams.find(({ name }) => name === eachOf(stream)?.each)
    const rows = new StreamRows(stream, streams, parent && make(parent), options)
    made.set(stream.name, rows)
    return rows
  }
  for (const stream of streams) make(stream)
  return made
}

type Found = { readonly each: string } | { readonly hook: string }

function isFound(part: PartitionConfig): part is Extract<PartitionConfig, Found> {
  return 'each' in part || 'hook' in part
}

/** Values of a list, or windows: where their end is that of the run, they end with the mock's start. */
function choicesOf(part: Exclude<PartitionConfig, Found>, now: number): readonly unknown[] {
  if ('values' in part) return part.values
  const ends = part.as.length + 1
  return Array.from(windowsOf(part.as, part.windows, now), window =>
    Object.fromEntries(
      Object.entries(window).map(([name, json]) => [name.slice(ends), JSON.parse(json) as unknown]),
    ),
  )
}
