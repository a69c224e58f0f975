/** A declarative manifest as the low-code CDK reads it: references resolved, `$parameters` handed down. */
import { parse } from 'yaml'
import { isDict } from './python.mjs'

/** The manifest of a YAML text, whole. */
export function readManifest(text) {
  const raw = parse(text, { maxAliasCount: -1, logLevel: 'silent', merge: true })
  const { spec, metadata: _, ...rest } = raw
  const resolver = new References(rest)
  const manifest = {
    spec,
    streams: resolver.resolve(rest.streams ?? []),
    dynamic_streams: resolver.resolve(rest.dynamic_streams ?? []),
    concurrency_level: rest.concurrency_level,
  }
  const handed = handDown('', { type: 'DeclarativeSource', $parameters: rest.$parameters, ...manifest }, {})
  return { spec, streams: handed.streams, dynamicStreams: handed.dynamic_streams }
}

/** ManifestReferenceResolver; what a reference resolves to is shared, never changed. */
class References {
  constructor(manifest) {
    this.manifest = manifest
    this.known = new Map()
    this.open = new Set()
  }

  resolve(node) {
    if (Array.isArray(node)) return node.map(one => this.resolve(one))
    if (isDict(node)) return this.#dict(node)
    return typeof node === 'string' && node.startsWith('#/') ? this.#reference(node) : node
  }

  #dict(node) {
    const own = {}
    for (const [key, value] of Object.entries(node)) if (key !== '$ref') own[key] = this.resolve(value)
    if (!('$ref' in node)) return own
    const base = this.resolve(node.$ref)
    return isDict(base) ? { ...base, ...own } : base
  }

  #reference(ref) {
    if (this.known.has(ref)) return this.known.get(ref)
    if (this.open.has(ref)) throw new Error(`circular reference ${ref}`)
    this.open.add(ref)
    const value = this.resolve(this.#lookup(ref))
    this.open.delete(ref)
    this.known.set(ref, value)
    return value
  }

  #lookup(ref) {
    let node = this.manifest
    let rest = ref.slice(2)
    while (rest !== '') {
      if (Object.hasOwn(node, rest)) return node[rest]
      const [head, ...tail] = rest.split('/')
      if (!Object.hasOwn(node, head)) throw new Error(`undefined reference ${ref}`)
      node = node[head]
      rest = tail.join('/')
    }
    return node
  }
}

/** Types that may be left out, by the component and field in which they stand. */
const DEFAULT_TYPES = {
  'CompositeErrorHandler.error_handlers': 'DefaultErrorHandler',
  'CursorPagination.decoder': 'JsonDecoder',
  'DatetimeBasedCursor.end_datetime': 'MinMaxDatetime',
  'DatetimeBasedCursor.end_time_option': 'RequestOption',
  'DatetimeBasedCursor.start_datetime': 'MinMaxDatetime',
  'DatetimeBasedCursor.start_time_option': 'RequestOption',
  'DeclarativeSource.streams': 'DeclarativeStream',
  'DeclarativeStream.retriever': 'SimpleRetriever',
  'DeclarativeStream.schema_loader': 'JsonFileSchemaLoader',
  'DynamicDeclarativeStream.stream_template': 'DeclarativeStream',
  'DefaultErrorHandler.response_filters': 'HttpResponseFilter',
  'DefaultPaginator.page_size_option': 'RequestOption',
  'HttpRequester.error_handler': 'DefaultErrorHandler',
  'ListPartitionRouter.request_option': 'RequestOption',
  'ParentStreamConfig.request_option': 'RequestOption',
  'ParentStreamConfig.stream': 'DeclarativeStream',
  'RecordSelector.extractor': 'DpathExtractor',
  'RecordSelector.record_filter': 'RecordFilter',
  'SimpleRetriever.paginator': 'NoPagination',
  'SimpleRetriever.record_selector': 'RecordSelector',
  'SimpleRetriever.requester': 'HttpRequester',
  'SubstreamPartitionRouter.parent_stream_configs': 'ParentStreamConfig',
  'AddFields.fields': 'AddedFieldDefinition',
}
const CUSTOM_TYPES = {
  'DeclarativeStream.retriever': 'CustomRetriever',
  'DeclarativeStream.transformations': 'CustomTransformation',
  'DefaultErrorHandler.backoff_strategies': 'CustomBackoffStrategy',
  'DefaultPaginator.pagination_strategy': 'CustomPaginationStrategy',
  'HttpRequester.authenticator': 'CustomAuthenticator',
  'HttpRequester.error_handler': 'CustomErrorHandler',
  'RecordSelector.extractor': 'CustomRecordExtractor',
  'SimpleRetriever.partition_router': 'CustomPartitionRouter',
}

const isSchema = ({ type }) => type === 'object' || (Array.isArray(type) && type.join() === 'null,object')

/** ManifestComponentTransformer.propagate_types_and_parameters. */
function handDown(place, component, inherited) {
  const { $parameters: own = {}, ...node } = component
  node.type ??= component.class_name === undefined ? DEFAULT_TYPES[place] : CUSTOM_TYPES[place]
  if (node.type === undefined) delete node.type
  const parameters = { ...inherited, ...own }
  if (isSchema(node)) return node
  if (node.type === undefined) return withoutType(place, node, parameters)
  for (const [key, value] of Object.entries(parameters)) node[key] ||= value
  for (const [key, value] of Object.entries(node)) {
    const { [key]: _, ...others } = parameters
    const inner = `${node.type}.${key}`
    if (isDict(value)) node[key] = handDown(inner, value, others)
    else if (Array.isArray(value))
      node[key] = value.map(one => (isDict(one) ? handDown(inner, one, others) : one))
  }
  if (Object.keys(parameters).length > 0) node.$parameters = parameters
  return node
}

function withoutType(place, node, parameters) {
  if (!Object.values(node).some(value => isDict(value) && value.type)) return node
  const entries = Object.entries(node).map(([key, value]) => {
    if (isDict(value) && value.type) return [key, handDown(place, value, parameters)]
    return [
      key,
      Array.isArray(value)
        ? value.map(one => (isDict(one) && one.type ? handDown(place, one, parameters) : one))
        : value,
    ]
  })
  return Object.fromEntries(entries)
}

/** The definitions of streams by name; a delegating stream is its full-refresh half until there is state. */
export function streamsOf(manifest) {
  return manifest.streams.map(stream => ({ name: stream.name, definition: chosen(stream) }))
}

export function chosen(stream) {
  if (stream.type !== 'StateDelegatingStream') return stream
  return { ...stream.full_refresh_stream, name: stream.name }
}
