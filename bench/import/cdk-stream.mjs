/** One stream of a manifest: what the CDK would send, and what it would make of an answer. */
import { authOf } from './cdk-auth.mjs'
import { windowsOf } from './cdk-windows.mjs'
import { evaluate, evaluateBoolean, evaluateString } from './jinja.mjs'
import { isDict, str, toJson } from './python.mjs'
import { transform } from './transformations.mjs'

export class CdkStream {
  /** @param environment `{ settings, now }` */
  constructor(definition, environment) {
    this.definition = definition
    this.environment = environment
    this.name = definition.name
    this.retriever = definition.retriever ?? {}
    this.requester = this.retriever.requester ?? {}
    this.paginator =
      this.retriever.paginator?.type === 'DefaultPaginator' ? this.retriever.paginator : undefined
    this.selector = this.retriever.record_selector ?? {}
    this.incremental = definition.incremental_sync
    this.router = this.retriever.partition_router
  }

  context(node, names = {}) {
    const { settings, now } = this.environment
    return { config: settings, parameters: node?.$parameters ?? {}, now, ...names }
  }

  text(value, node, names) {
    return evaluateString(value, this.context(node, names))
  }

  primaryKey() {
    const key = this.definition.primary_key
    if (!key || key.length === 0) return []
    return [key].flat().map(part => [part].flat())
  }

  routers() {
    return this.router === undefined ? [] : [this.router].flat()
  }

  windows() {
    return this.incremental === undefined ? [{}] : windowsOf(this)
  }

  pageSize() {
    const size = this.paginator?.pagination_strategy?.page_size
    return size === undefined || size === null
      ? undefined
      : this.text(size, this.paginator.pagination_strategy)
  }

  /** The token of the first request. */
  firstToken() {
    const {
      type,
      inject_on_first_request: inject,
      start_from_page: start = 0,
    } = this.paginator?.pagination_strategy ?? {}
    if (!inject) return undefined
    return { PageIncrement: start, OffsetIncrement: 0 }[type]
  }

  /** The token of the next request, undefined where the CDK would stop. */
  nextToken({ body, headers, records, count, token }) {
    const strategy = this.paginator?.pagination_strategy
    if (strategy === undefined) return undefined
    if (strategy.type === 'CursorPagination') return this.#cursor(strategy, { body, headers, records })
    const size = this.pageSize()
    if (count === 0 || (size && count < size)) return undefined
    if (strategy.type === 'OffsetIncrement') return (token ?? 0) + count
    return (token ?? strategy.start_from_page ?? 0) + 1
  }

  #cursor(strategy, { body, headers, records }) {
    const names = {
      response: body,
      headers,
      last_record: records.at(-1) ?? null,
      last_page_size: records.length,
    }
    const context = this.context(strategy, names)
    if (strategy.stop_condition !== undefined && evaluateBoolean(strategy.stop_condition, context))
      return undefined
    const token = evaluateString(strategy.cursor_value, context)
    const isEmpty = token === null || token === '' || token === 0 || token === false
    return isEmpty || (typeof token === 'object' && Object.keys(token).length === 0) ? undefined : token
  }

  /** The request for a slice and a page's token. */
  request(slice, token) {
    const { requester } = this
    const stream_slice = { ...slice.partition, ...slice.window, extra_fields: slice.extra ?? {} }
    const next_page_token = token === undefined ? null : { next_page_token: token }
    const names = {
      stream_slice,
      stream_interval: stream_slice,
      stream_partition: stream_slice,
      next_page_token,
      ...slice.extra,
    }
    const options = this.#options(names)
    this.#inject(options, token)
    this.#injectSlice(options, stream_slice)
    const auth = authOf(this)
    for (const part of ['request_parameter', 'header', 'body_data', 'body_json'])
      Object.assign(options[part], auth?.options?.[part])
    const method = (requester.http_method ?? 'GET').toUpperCase()
    return {
      method,
      ...this.#address(names, token, options),
      headers: options.header,
      ...bodyOf(method, options),
      auth,
    }
  }

  #options(names) {
    const { requester } = this
    const body = requester.request_body
    const form =
      body?.type === 'RequestBodyUrlEncodedForm' || body?.type === 'RequestBodyPlainText'
        ? body.value
        : requester.request_body_data
    const json =
      body?.type === 'RequestBodyJsonObject' || body?.type === 'RequestBodyGraphQL'
        ? body.value
        : requester.request_body_json
    return {
      request_parameter: this.#mapping(requester.request_parameters, names, isText),
      header: this.#mapping(requester.request_headers, names),
      body_data:
        typeof form === 'string'
          ? { '': this.text(form, requester, names) }
          : this.#mapping(form, names, isText),
      body_json: json === undefined ? {} : (this.nested(json, requester, names) ?? {}),
    }
  }

  #mapping(mapping, names, types) {
    if (typeof mapping === 'string') {
      const value = this.text(mapping, this.requester, names)
      return isDict(value) ? value : {}
    }
    const context = this.context(this.requester, names)
    const result = {}
    for (const [key, value] of Object.entries(mapping ?? {})) {
      const made = typeof value === 'string' ? evaluate(value, context, { types }) : value
      if (made !== null && made !== undefined && !isDict(made))
        result[str(evaluateString(key, context))] = made
    }
    return result
  }

  /** InterpolatedNestedMapping. */
  nested(value, node, names) {
    if (typeof value === 'string') return evaluate(value, this.context(node, names))
    if (Array.isArray(value)) return value.map(one => this.nested(one, node, names))
    if (!isDict(value)) return value
    const entries = Object.entries(value)
      .filter(([key]) => key !== '$parameters')
      .map(([key, one]) => [str(this.nested(key, node, names)), this.nested(one, node, names)])
    return Object.fromEntries(entries.filter(([, one]) => one !== null))
  }

  #address(names, token, options) {
    const { requester } = this
    const byPath = this.paginator?.page_token_option?.type === 'RequestPath' && token
    const path = byPath
      ? str(token)
      : str(this.text(requester.path ?? '', requester, names)).replace(/^\/+/, '')
    const base = str(this.text(requester.url_base ?? requester.url ?? '', requester, names))
    const url = new URL(joined(base, path))
    const query = [...url.searchParams].map(([key, value]) => [key, value])
    for (const [key, value] of Object.entries(options.request_parameter)) {
      for (const one of [value].flat()) {
        if (one !== null && !query.some(([k, v]) => k === key && v === str(one))) query.push([key, str(one)])
      }
    }
    url.search = ''
    return { url: url.href, query }
  }

  #inject(options, token) {
    const { page_token_option: place, page_size_option: sizePlace } = this.paginator ?? {}
    if (place !== undefined && place.type !== 'RequestPath' && token !== undefined)
      this.put(options, place, token)
    const size = this.pageSize()
    if (sizePlace !== undefined && size) this.put(options, sizePlace, size)
  }

  #injectSlice(options, slice) {
    for (const router of this.routers().flatMap(one => one.underlying_partition_router ?? one)) {
      const configs = router.parent_stream_configs ?? [{ ...router, partition_field: router.cursor_field }]
      for (const config of configs) {
        if (config.request_option === undefined) continue
        const value = slice[str(this.text(config.partition_field, config))]
        if (value) this.put(options, config.request_option, value)
      }
    }
    const cursor = this.incremental
    if (cursor === undefined) return
    const { start, end } = this.windowFields()
    if (cursor.start_time_option) this.put(options, cursor.start_time_option, slice[start])
    if (cursor.end_time_option) this.put(options, cursor.end_time_option, slice[end])
  }

  windowFields() {
    const { partition_field_start: start = 'start_time', partition_field_end: end = 'end_time' } =
      this.incremental
    return { start: str(this.text(start, this.incremental)), end: str(this.text(end, this.incremental)) }
  }

  put(options, place, value) {
    if (value === undefined || value === null) return
    const path = place.field_path ?? [place.field_name]
    const keys = path.map(key => str(this.text(key, place)))
    let target = options[place.inject_into]
    for (const key of keys.slice(0, -1)) target = target[key] = { ...target[key] }
    target[keys.at(-1)] = value
  }

  fieldPath() {
    const { extractor = {} } = this.selector
    return (extractor.field_path ?? []).map(key => str(this.text(key, extractor)))
  }

  /** What the selector keeps of raw records, transformed. */
  select(records, slice) {
    const filter = this.selector.record_filter
    const stream_slice = { ...slice.partition, ...slice.window, extra_fields: slice.extra ?? {} }
    const names = {
      stream_slice,
      stream_interval: stream_slice,
      stream_partition: stream_slice,
      next_page_token: null,
      stream_state: {},
    }
    const keeps = record =>
      filter?.condition === undefined ||
      evaluateBoolean(filter.condition, this.context(filter, { ...names, record }))
    const change = record => transform(this, record, names)
    if (this.selector.transform_before_filtering) return records.map(change).filter(keeps)
    return records.filter(keeps).map(change)
  }
}

const isText = value => typeof value === 'string' || Array.isArray(value)

function joined(base, path) {
  if (/^https?:\/\//i.test(path)) return path
  if (path === '') return base
  if (path.startsWith('/')) return new URL(base).origin + path
  return (base.endsWith('/') ? base : `${base}/`) + path
}

function bodyOf(method, { body_json: json, body_data: data }) {
  if (!['GET', 'POST', 'PUT', 'PATCH'].includes(method)) return {}
  if (isDict(json) && Object.keys(json).length > 0) return { json }
  if (Array.isArray(json) || (typeof json === 'string' && json !== '')) return { json }
  if ('' in data) return { text: str(data['']) }
  return Object.keys(data).length > 0 ? { form: data } : {}
}

/** A request as a flat map from place to text, to be compared. */
export function flat({ method, url, query, headers, json, form, text }) {
  const { host, pathname } = new URL(url)
  const places = new Map([
    ['method', method],
    ['host', host],
    ['path', decoded(pathname)],
  ])
  const seen = {}
  for (const [key, value] of query) {
    seen[key] = (seen[key] ?? -1) + 1
    places.set(`query ${key}${seen[key] === 0 ? '' : ` #${seen[key]}`}`, str(value))
  }
  for (const [key, value] of Object.entries(headers)) places.set(`header ${key.toLowerCase()}`, str(value))
  if (json !== undefined) flatJson(json, 'body', places)
  // GraphQL without variables may say so.
  if (places.get('body.variables') === '{}') places.delete('body.variables')
  for (const [key, value] of Object.entries(form ?? {})) {
    for (const [index, one] of [value].flat().entries())
      places.set(`form ${key}${index === 0 ? '' : ` #${index}`}`, str(one))
  }
  if (text !== undefined) places.set('text', text)
  return places
}

function flatJson(value, place, places) {
  const entries =
    value !== null && typeof value === 'object' && (Array.isArray(value) || isDict(value))
      ? Object.entries(value)
      : []
  if (entries.length === 0) places.set(place, toJson(value))
  for (const [key, one] of entries) flatJson(one, `${place}.${key}`, places)
}

function decoded(path) {
  try {
    return decodeURIComponent(path.replace(/(?<=.)\/$/, ''))
  } catch {
    return path
  }
}
