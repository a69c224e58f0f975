/** Why a stream cannot be served, undefined where it can. */
import { chosen } from './manifest-model.mjs'
import { isDict } from './python.mjs'
import { transformationTypes } from './transformations.mjs'

const DECODERS = new Set([
  undefined,
  'JsonDecoder',
  'JsonlDecoder',
  'IterableDecoder',
  'CsvDecoder',
  'GzipDecoder',
])

export function unsupported(definition) {
  const { retriever = {}, incremental_sync: incremental } = definition
  const { requester = {}, record_selector: selector = {} } = retriever
  const parts = [
    ['retriever', retriever, ['SimpleRetriever']],
    ['requester', requester, ['HttpRequester']],
    ['extractor', selector.extractor, ['DpathExtractor', undefined]],
    ['filter', selector.record_filter, ['RecordFilter', undefined]],
    ['paginator', retriever.paginator, ['DefaultPaginator', 'NoPagination', undefined]],
    [
      'pagination strategy',
      retriever.paginator?.pagination_strategy,
      ['PageIncrement', 'OffsetIncrement', 'CursorPagination', undefined],
    ],
    ['incremental', incremental, ['DatetimeBasedCursor', undefined]],
    ['error handler', requester.error_handler, ['DefaultErrorHandler', 'CompositeErrorHandler', undefined]],
    ['authenticator', requester.authenticator, AUTHENTICATORS],
  ]
  for (const [name, part, types] of parts) {
    if (!types.includes(part?.type)) return `${name} ${part?.type ?? '?'}`
  }
  return decoderOf(retriever) ?? othersOf(definition) ?? routersOf(retriever.partition_router)
}

const AUTHENTICATORS = [
  undefined,
  'NoAuth',
  'BearerAuthenticator',
  'BasicHttpAuthenticator',
  'ApiKeyAuthenticator',
  'OAuthAuthenticator',
  'SessionTokenAuthenticator',
  'LegacySessionTokenAuthenticator',
  'SelectiveAuthenticator',
]

function decoderOf({ decoder }) {
  const inner = decoder?.decoder
  if (!DECODERS.has(decoder?.type)) return `decoder ${decoder.type}`
  return DECODERS.has(inner?.type) ? undefined : `decoder ${inner.type}`
}

function othersOf({ transformations = [], retriever }) {
  const unknown = transformations.find(one => !transformationTypes.has(one.type))
  if (unknown !== undefined) return `transformation ${unknown.type}`
  const { requester, record_selector: selector } = retriever
  if (Object.values(requester.request_parameters ?? {}).some(value => isDict(value)))
    return 'query properties'
  if (requester.query_properties || requester.fetch_properties_from_endpoint) return 'query properties'
  if (selector?.extractor?.record_expander) return 'record expander'
  return undefined
}

function routersOf(router) {
  for (const one of [router ?? []].flat()) {
    const inner = one.type === 'GroupingPartitionRouter' ? one.underlying_partition_router : one
    if (!['SubstreamPartitionRouter', 'ListPartitionRouter'].includes(inner.type))
      return `partition router ${inner.type}`
    // Children that a parent may hold already (`lazy_read_pointer`) are served at their own address.
    for (const { stream } of inner.parent_stream_configs ?? []) {
      const reason = unsupported(chosen(stream))
      if (reason !== undefined) return `parent: ${reason.replace('parent: ', '')}`
    }
  }
  return undefined
}
