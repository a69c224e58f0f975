import type { Component, Value } from './component.js'
import { isComponent, textOf } from './component.js'
import type { Lines } from './lines.js'

type Parameters = Readonly<Record<string, Value | undefined>>

/** What a component is that names no type, by where it stands. */
const DEFAULT_TYPES: Readonly<Record<string, string>> = {
  'CompositeErrorHandler.error_handlers': 'DefaultErrorHandler',
  'CursorPagination.decoder': 'JsonDecoder',
  'DatetimeBasedCursor.end_datetime': 'MinMaxDatetime',
  'DatetimeBasedCursor.end_time_option': 'RequestOption',
  'DatetimeBasedCursor.start_datetime': 'MinMaxDatetime',
  'DatetimeBasedCursor.start_time_option': 'RequestOption',
  'DeclarativeSource.streams': 'DeclarativeStream',
  'DeclarativeStream.retriever': 'SimpleRetriever',
  'DefaultErrorHandler.response_filters': 'HttpResponseFilter',
  'DefaultPaginator.decoder': 'JsonDecoder',
  'DefaultPaginator.page_size_option': 'RequestOption',
  'DpathExtractor.decoder': 'JsonDecoder',
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

/** The same for what names a class of its own. */
const CUSTOM_TYPES: Readonly<Record<string, string>> = {
  'CompositeErrorHandler.backoff_strategies': 'CustomBackoffStrategy',
  'DeclarativeStream.retriever': 'CustomRetriever',
  'DeclarativeStream.transformations': 'CustomTransformation',
  'DefaultErrorHandler.backoff_strategies': 'CustomBackoffStrategy',
  'DefaultPaginator.pagination_strategy': 'CustomPaginationStrategy',
  'HttpRequester.authenticator': 'CustomAuthenticator',
  'HttpRequester.error_handler': 'CustomErrorHandler',
  'RecordSelector.extractor': 'CustomRecordExtractor',
  'SimpleRetriever.partition_router': 'CustomPartitionRouter',
}

/**
 * Gives each component its type and its parameters, as the CDK does: `$parameters` flow down, those of a
 * nearer component win, and they fill the fields that a component leaves out.
 */
export class Propagation {
  readonly #lines: Lines

  constructor(lines: Lines) {
    this.#lines = lines
  }

  propagated(place: string, component: Component, inherited: Parameters): Component {
    const { $parameters: own, ...fields } = component
    const typed = withType(place, fields)
    const parameters = { ...inherited, ...(isComponent(own) ? own : {}) }
    if (isJsonSchema(typed)) return this.#copy(typed, component)
    if (typed['type'] === undefined) return this.#copy(this.#untyped(place, typed, parameters), component)
    const filled: Record<string, Value | undefined> = { ...typed }
    for (const [key, value] of Object.entries(parameters))
      filled[key] = isTrue(filled[key]) ? filled[key] : value
    const children = Object.entries(filled).map(([key, value]) => {
      const { [key]: _same, ...rest } = parameters
      return [key, this.#child(`${textOf(typed['type'])}.${key}`, value, rest)] as const
    })
    const all = Object.fromEntries(children)
    if (Object.keys(parameters).length > 0) all['$parameters'] = parameters
    return this.#copy(all, component)
  }

  /** A mapping of another kind may hold components all the same. */
  #untyped(place: string, fields: Component, parameters: Parameters): Component {
    return Object.fromEntries(
      Object.entries(fields).map(([key, value]) => {
        const isTyped = isComponent(value) && isTrue(value['type'])
        return [key, isTyped ? this.propagated(place, value, parameters) : value]
      }),
    )
  }

  #child(place: string, value: Value | undefined, parameters: Parameters): Value | undefined {
    if (Array.isArray(value)) {
      return (value as readonly Value[]).map(one =>
        isComponent(one) ? this.propagated(place, one, parameters) : one,
      )
    }
    return isComponent(value) ? this.propagated(place, value, parameters) : value
  }

  #copy(copy: Component, original: Component): Component {
    return this.#lines.merged(copy, original)
  }
}

function withType(place: string, fields: Component): Component {
  if (fields['type'] !== undefined) return fields
  const type = (fields['class_name'] === undefined ? DEFAULT_TYPES : CUSTOM_TYPES)[place]
  return type === undefined ? fields : { ...fields, type }
}

function isJsonSchema({ type }: Component): boolean {
  return type === 'object' || (Array.isArray(type) && type.join() === 'null,object')
}

/** As Python sees it: an empty field is filled too. */
function isTrue(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return false
  if (Array.isArray(value)) return value.length > 0
  return !isComponent(value) || Object.keys(value).length > 0
}
