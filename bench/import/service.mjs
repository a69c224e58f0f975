/** The service that a manifest describes: its endpoints, their data, and what a perfect run would hold. */
import { CdkStream, flat } from './cdk-stream.mjs'
import { Endpoint } from './endpoint.mjs'
import { chosen, streamsOf } from './manifest-model.mjs'
import { Unservable } from './pages.mjs'
import { str, toJson } from './python.mjs'
import { unsupported } from './supported.mjs'

export class Service {
  /** @param options `{ manifest, settings, now, seed }`; `now()` in milliseconds */
  constructor({ manifest, settings, now, seed = 'mock' }) {
    this.environment = { settings, now }
    this.seed = seed
    this.endpoints = new Map()
    this.views = new Map()
    this.refused = new Map()
    this.known = new Map()
    this.serial = 0
    for (const { name, definition } of streamsOf(manifest)) this.#add(name, definition)
    for (const { name } of manifest.dynamicStreams ?? [])
      this.refused.set(name ?? 'dynamic', 'dynamic streams')
  }

  #add(name, definition) {
    const reason = unsupported(definition)
    if (reason !== undefined) this.refused.set(name, reason)
    else this.attempt(name, () => this.views.set(name, this.view(definition)))
  }

  /** Does it, or remembers why the stream cannot be served. */
  attempt(name, act) {
    try {
      return act()
    } catch (error) {
      this.refused.set(
        name,
        error instanceof Unservable
          ? error.message
          : `error: ${error.message.slice(0, 120)}${process.env.STACK ? error.stack : ''}`,
      )
      this.views.delete(name)
      return undefined
    }
  }

  /** A definition's view of its endpoint; equal definitions share one. */
  view(definition) {
    const key = toJson({ ...definition, schema_loader: undefined, name: undefined })
    let view = this.known.get(key)
    if (view === undefined) {
      const stream = new CdkStream(definition, this.environment)
      view = { stream, parents: this.#parents(stream) }
      view.endpoint = this.#endpoint(stream)
      view.endpoint.views.push(view)
      this.known.set(key, view)
    }
    return view
  }

  #parents(stream) {
    const routers = stream.routers().flatMap(one => one.underlying_partition_router ?? one)
    const configs = routers.flatMap(one => one.parent_stream_configs ?? [])
    return new Map(configs.map(config => [config, this.#parent(config)]))
  }

  #parent(config) {
    const view = this.view(chosen(config.stream))
    const key = str(view.stream.text(config.parent_key, config)).split('/')
    view.endpoint.children += 1
    view.endpoint.uniquePaths.push(key)
    for (const path of config.extra_fields ?? []) view.endpoint.presentPaths.push(path.map(str))
    return view
  }

  #endpoint(stream) {
    const key = keyOf(stream)
    let endpoint = this.endpoints.get(key)
    if (endpoint === undefined) {
      endpoint = new Endpoint(this, key, stream)
      this.endpoints.set(key, endpoint)
    }
    return endpoint
  }

  /** The slices of a view, without windows: `[{ partition, extra }]`. */
  partitions(view) {
    view.partitions ??= product(view.stream.routers().map(router => this.#routed(view, router)))
    if (view.partitions.length > 3000) throw new Unservable('more than 3000 partitions')
    return view.partitions
  }

  #routed(view, router) {
    if (router.type === 'GroupingPartitionRouter')
      return grouped(this.#routed(view, router.underlying_partition_router), router)
    if (router.type === 'ListPartitionRouter') return listed(view.stream, router)
    return router.parent_stream_configs.flatMap(config => this.#children(view, config))
  }

  #children(view, config) {
    const parent = view.parents.get(config)
    const field = str(view.stream.text(config.partition_field, config))
    const path = str(view.stream.text(config.parent_key, config)).split('/')
    const read = (record, keys) =>
      keys.reduce((node, key) => (node === null || node === undefined ? undefined : node[key]), record)
    return this.truth(parent)
      .filter(({ record }) => read(record, path) !== undefined)
      .map(({ record, slice }) => ({
        partition: { [field]: read(record, path), parent_slice: slice.partition },
        extra: Object.fromEntries(
          (config.extra_fields ?? []).map(keys => [keys.join('.'), read(record, keys.map(str)) ?? null]),
        ),
      }))
  }

  /** All records of a stream that a perfect first run holds: `[{ record, raw, slice }]`. */
  truth(view) {
    view.truth ??= this.partitions(view).flatMap((slice, index) => this.#truthOf(view, slice, index))
    return view.truth
  }

  #truthOf(view, slice, index) {
    if (view.endpoint.isIgnored(index)) return []
    const window = view.stream.windows()[0] ?? {}
    return view.endpoint
      .data(view, slice, index)
      .filter(raw => view.endpoint.isInRun(view, raw))
      .flatMap(raw => view.stream.select([raw], { ...slice, window }).map(record => ({ record, raw, slice })))
  }
}

function product(lists) {
  return lists.reduce(
    (all, list) =>
      all.flatMap(left =>
        list.map(right => ({
          partition: { ...right.partition, ...left.partition },
          extra: { ...right.extra, ...left.extra },
        })),
      ),
    [{ partition: {}, extra: {} }],
  )
}

function listed(stream, router) {
  const values = typeof router.values === 'string' ? stream.text(router.values, router) : router.values
  if (!Array.isArray(values)) throw new Unservable('the values of its partitions are no list')
  const field = str(stream.text(router.cursor_field, router))
  return values.map(value => ({
    partition: { [field]: typeof value === 'string' ? stream.text(value, router) : value },
    extra: {},
  }))
}

function grouped(slices, { group_size: size }) {
  const groups = []
  for (let at = 0; at < slices.length; at += size) {
    const batch = slices.slice(at, at + size)
    const keys = Object.keys(batch[0].partition)
    groups.push({
      partition: Object.fromEntries(keys.map(key => [key, batch.map(one => one.partition[key])])),
      extra: {},
    })
  }
  return groups
}

/** What tells one endpoint from another: the request for made-up partition values. */
function keyOf(stream) {
  const { requester, incremental, paginator, router } = stream
  const own = {
    ...requester,
    error_handler: undefined,
    authenticator: undefined,
    $parameters:
      requester.$parameters &&
      Object.fromEntries(Object.entries(requester.$parameters).filter(([key]) => key !== 'name')),
    name: undefined,
  }
  const fields = [router ?? []]
    .flat()
    .flatMap(one => one.underlying_partition_router ?? one)
    .flatMap(one => one.parent_stream_configs ?? [one])
  const partition = Object.fromEntries(
    fields.map((one, index) => [
      str(stream.text(one.partition_field ?? one.cursor_field, one)),
      `part${index}`,
    ]),
  )
  try {
    const window = stream.windows()[0] ?? {}
    return toJson([
      ...flat(
        stream.request(
          { partition: { ...partition, parent_slice: {} }, window, extra: {} },
          stream.firstToken(),
        ),
      ),
    ])
  } catch {
    return toJson([own, incremental, paginator, router])
  }
}
