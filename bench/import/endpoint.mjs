/** An address of the service: its data, cut into pages. */
import { chainsOf } from './jinja.mjs'
import { cursorDate, RecordMaker } from './made-records.mjs'
import { carriesToken, pagesOf, Unservable } from './pages.mjs'
import { Seeded } from './seeded.mjs'

/** One address of the service and the data behind it. */
export class Endpoint {
  constructor(service, key, stream) {
    Object.assign(this, { service, key, stream, views: [], children: 0, uniquePaths: [], presentPaths: [] })
    this.found = new Map()
    this.sets = new Map()
    /** Partitions whose requests are those of an earlier one. */
    this.aliases = new Map()
  }

  random(of) {
    return new Seeded(`${this.service.seed} ${this.key} ${of}`)
  }

  /** Takes what is to be said before pages, or in their place. */
  plan(interruptions) {
    this.interruptions ??= { ...interruptions, said: false }
  }

  /** Whether a partition is answered with what the manifest says to ignore: the second of several. */
  isIgnored(index) {
    return (this.aliases.get(index) ?? index) === 1 && this.interruptions?.ignored !== undefined
  }

  /** What is said now in place of a page. */
  interruption(index) {
    const { again, ignored, said } = this.interruptions ?? {}
    if (this.isIgnored(index)) return ignored
    if (again === undefined || said) return undefined
    this.interruptions.said = true
    return again
  }

  /** The raw records that a view sees of a partition, whole. */
  data(view, slice, partition) {
    const index = this.aliases.get(partition) ?? partition
    const path = view.stream.fieldPath().join('/')
    const key = `${path} ${index}`
    if (!this.sets.has(key)) this.sets.set(key, this.#make(view, slice, index, path))
    return this.sets.get(key)
  }

  #make(view, slice, index, path) {
    const random = this.random(`${path} ${index}`)
    const maker = this.maker(view)
    const count = this.#count(view, slice, index, random)
    return maker.records(count, slice, { old: this.#old(view, count, random) })
  }

  maker(view) {
    const path = view.stream.fieldPath().join('/')
    const views = this.views.filter(one => one.stream.fieldPath().join('/') === path)
    this.makers ??= new Map()
    if (!this.makers.has(path)) this.makers.set(path, makerOf(this, views))
    return this.makers.get(path)
  }

  /** Raw records to try envelopes with; they are never served. */
  samples(view) {
    if (view.samples === undefined) {
      const maker = new RecordMaker(view.stream, this.maker(view).wants, this.random('samples'))
      view.samples = maker.records(12, this.service.partitions(view)[0] ?? { partition: {}, extra: {} })
    }
    return view.samples
  }

  #count(view, slice, index, random) {
    const { paginator } = view.stream
    if (this.children > 0) return 2 + random.below(2)
    if (this.isSingle(view) && !carriesToken(view.stream, slice)) return 1
    if (this.views.some(one => one.stream.pageSize() && !carriesToken(one.stream, slice))) return 3
    const size =
      paginator?.pagination_strategy?.type === 'CursorPagination' ? undefined : view.stream.pageSize()
    if (!paginator || !size) return index > 0 && random.below(5) === 0 ? 0 : 1 + random.below(9)
    if (size <= 10) return random.below(3 * size + 1) + 1
    const full = size <= 1000 && (index === 0 || (size <= 25 && index < 3)) ? 1 : 0
    return full * size + random.below(5)
  }

  /** How many records are older than the stream's start: where the service or the client filters by date. */
  #old(view, count, random) {
    const cursor = view.stream.incremental
    if (cursor === undefined || this.children > 0 || count < 3) return 0
    return this.filters().start !== undefined || cursor.is_client_side_incremental ? random.below(3) : 0
  }

  /** The bounds that requests carry, as `{ start, end }`; set by the patterns. */
  filters() {
    return this.bounds ?? {}
  }

  /** Whether a raw record lies in what a first run asks for or keeps. */
  isInRun(view, raw) {
    const cursor = this.maker(view).cursor
    const isFiltered = this.filters().start || view.stream.incremental?.is_client_side_incremental
    if (cursor === undefined || !isFiltered) return true
    const date = this.dateOf(view, raw)
    return date === undefined || date.us >= cursor.start.us - 1000
  }

  /** The date by which the service filters a raw record. */
  dateOf(view, raw) {
    const { cursor } = this.maker(view)
    const [made] = view.stream.definition.transformations
      ? (safely(() =>
          view.stream.select([raw], { partition: {}, window: view.stream.windows()[0] ?? {} }),
        ) ?? [raw])
      : [raw]
    return (
      cursorDate(made ?? raw, cursor.field, cursor.readFormats) ??
      cursorDate(raw, cursor.field, cursor.formats)
    )
  }

  /** The pages for a partition, within bounds in microseconds. */
  pages({ view, slice, index, from = -Infinity, to = Infinity, address }) {
    this.service.serial += 1
    const single = this.isSingle(view)
    const inside = of => {
      const dated = this.maker(of).cursor !== undefined && (from !== -Infinity || to !== Infinity)
      const all = this.data(of, slice, index)
      return dated ? all.filter(raw => isWithin(this.dateOf(of, raw), from, to)) : all
    }
    return pagesOf({
      stream: view.stream,
      slice,
      records: ordered(view, this, inside(view)),
      samples: this.samples(view),
      id: this.service.serial,
      address,
      others: this.#others(view, inside),
      random: this.random(`pages ${index}`),
      found: this.found,
      single,
    })
  }

  #others(view, inside) {
    const paths = new Map(this.views.map(one => [one.stream.fieldPath().join('/'), one]))
    paths.delete(view.stream.fieldPath().join('/'))
    for (const path of paths.keys())
      if (overlaps(path, view.stream.fieldPath().join('/')))
        throw new Unservable('shares a request with a stream whose records lie elsewhere')
    return [...paths.values()].map(one => ({ path: one.stream.fieldPath(), records: inside(one) }))
  }

  /** A lone record is served as an object where the answer must hold a cursor beside it. */
  isSingle(view) {
    const { paginator, retriever } = view.stream
    const path = view.stream.fieldPath()
    if (retriever.decoder?.type && retriever.decoder.type !== 'JsonDecoder') return false
    const reads = chainsOf(paginator?.pagination_strategy?.cursor_value, 'response')
    const inBody = reads.some(one => typeof one[0] === 'string')
    return path.length === 0 && paginator?.pagination_strategy?.type === 'CursorPagination' && inBody
  }
}

const overlaps = (a, b) => a === b || a === '' || b === '' || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)

const isWithin = (date, from, to) => date === undefined || (date.us >= from && date.us <= to)

function safely(read) {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Newest first where the manifest says that it is a feed. */
function ordered(view, endpoint, records) {
  if (!view.stream.incremental?.is_data_feed) return records
  return [...records].sort(
    (a, b) => (endpoint.dateOf(view, b)?.us ?? 0) - (endpoint.dateOf(view, a)?.us ?? 0),
  )
}

function makerOf(endpoint, views) {
  const fullest = views.reduce((best, one) => (fields(one) > fields(best) ? one : best))
  const dated = views.find(one => one.stream.incremental !== undefined) ?? fullest
  const unique = [...views.flatMap(one => uniqueOf(one.stream)), ...endpoint.uniquePaths]
  const present = [...views.flatMap(one => presentOf(one.stream)), ...endpoint.presentPaths]
  const stream = Object.create(dated.stream, {
    definition: {
      value: { ...dated.stream.definition, schema_loader: fullest.stream.definition.schema_loader },
    },
  })
  const filtered = views
    .flatMap(one => chainsOf(one.stream.selector.record_filter?.condition, 'record'))
    .filter(path => path.every(key => typeof key === 'string'))
  return new RecordMaker(stream, { unique, present, filtered }, endpoint.random('records'))
}

const fields = view => Object.keys(view.stream.definition.schema_loader?.schema?.properties ?? {}).length

const added = stream =>
  new Set(
    (stream.definition.transformations ?? [])
      .flatMap(one => (one.type === 'AddFields' ? one.fields : []))
      .map(one => one.path.join('/')),
  )

function uniqueOf(stream) {
  const made = added(stream)
  const keys = stream.primaryKey().filter(path => !made.has(path.join('/')))
  const strategy = stream.paginator?.pagination_strategy ?? {}
  const last = [...chainsOf(strategy.cursor_value, 'last_record')]
  const root = stream.fieldPath()
  const inRecords = chainsOf(strategy.cursor_value, 'response')
    .filter(path => path.length > root.length + 1 && root.every((key, index) => path[index] === key))
    .map(path => path.slice(root.length + 1))
  return [...keys, ...last, ...inRecords].filter(path => path.every(key => typeof key === 'string'))
}

function presentOf(stream) {
  const values = (stream.definition.transformations ?? []).flatMap(one =>
    one.type === 'AddFields' ? one.fields.map(field => field.value) : [],
  )
  return values
    .flatMap(value => chainsOf(value, 'record').map(path => [...path, ...mappedIn(value)]))
    .filter(path => path.every(key => typeof key === 'string' || key >= 0))
}

/** The first item and the key of it that `map(attribute='key')` reads. */
function mappedIn(value) {
  const [, key] = /\|\s*map\(attribute=['"](\w+)['"]\)/.exec(value) ?? []
  return key === undefined ? [] : [0, key]
}
