import type { ComputedValue, Reference, Roots, Scope, Template } from '../../references/index.js'
import {
  isBound,
  isComputed,
  referencesOf,
  renderText,
  renderTexts,
  valueTemplate,
} from '../../references/index.js'
import type { FormatConfig } from '../../records/index.js'
import type { BodyConfig, BoundBody } from './request-body.js'
import { bodyTemplate, bodyTexts } from './request-body.js'
import type { QueryTemplate, QueryValue, StreamAddress } from './stream-url.js'
import { withSuffix } from './stream-url.js'
import type { PageParameter } from './param-place.js'
import { addressOf } from './param-place.js'
import { placeTemplate, ReferenceValueError } from './stream-place.js'

/** What a stream's requests are made of, references in it. */
export interface RequestParts extends Pick<StreamAddress, 'baseUrl'> {
  readonly name: string
  readonly path: string | ComputedValue
  readonly query: Readonly<Record<string, QueryTemplate>>
  readonly headers: Readonly<Record<string, string | ComputedValue>>
  /** Default GET, with a body POST. */
  readonly method?: string | undefined
  readonly body?: BodyConfig | undefined
  readonly format?: FormatConfig | undefined
}

/** A stream whose references have their values. */
export interface BoundStream extends StreamAddress {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  readonly method: string
  readonly body?: BoundBody | undefined
  readonly format?: FormatConfig | undefined
}

/** Makes a stream's requests of its references' values. */
export interface StreamTemplate {
  /** All that its requests refer to. */
  readonly references: readonly Reference[]
  /** @throws ReferenceValueError for a value that must not stand in a path or a header. */
  bind(scope: Scope): BoundStream
}

/**
 * Reads all references of a stream's requests once.
 * @throws TemplateError for one that is not known.
 */
export function streamTemplate(stream: RequestParts, roots: Roots): StreamTemplate {
  const { name, baseUrl, body, format } = stream
  const place = placeTemplate(baseUrl, stream.path, roots)
  const query = Object.entries(stream.query).map(([key, value]) => [key, listOf(value, roots)] as const)
  const headers = Object.entries(stream.headers).map(
    ([key, value]) => [key, valueTemplate(value, roots)] as const,
  )
  const bodyOf = body && bodyTemplate(body, roots)
  const { method = body === undefined ? 'GET' : 'POST' } = stream
  const templates = [
    place.template,
    ...query.flatMap(([, { templates: all }]) => all),
    ...headers.map(([, one]) => one),
  ]
  const inBody = body === undefined ? [] : bodyTexts(body).map(value => valueTemplate(value, roots))
  return {
    references: [...templates, ...inBody].flatMap(referencesOf),
    bind: scope => ({
      name,
      method,
      ...place.at(scope),
      query: Object.fromEntries(
        query.flatMap(([key, value]) => {
          const texts = queryValue(value, scope)
          return texts === undefined ? [] : [[key, texts] as const]
        }),
      ),
      headers: Object.fromEntries(
        headers
          .filter(([, template]) => isBound(template, scope))
          .map(([key, template]) => [key, renderText(template, scope, headerText)]),
      ),
      body: bodyOf?.(scope),
      format,
    }),
  }
}

interface QueryTexts {
  readonly isList: boolean
  readonly templates: readonly Template[]
}

function listOf(value: QueryTemplate, roots: Roots): QueryTexts {
  const isList = typeof value !== 'string' && !isComputed(value)
  const values = isList ? value : [value]
  return { isList, templates: values.map(one => valueTemplate(one, roots)) }
}

/** Undefined for a parameter that is left out, because it is a reference without a value. */
function queryValue({ isList, templates }: QueryTexts, scope: Scope): QueryValue | undefined {
  const texts = templates
    .filter(template => isBound(template, scope))
    .flatMap(template => renderTexts(template, scope))
  if (isList || texts.length > 1) return texts
  return texts[0]
}

const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

function headerText(value: string, { name }: Reference): string {
  if (headerValue.test(value)) return value
  const allowed = 'allowed in a header is a text in Latin-1 without line breaks'
  throw new ReferenceValueError(`{${name}} is ${JSON.stringify(value)}; ${allowed}`)
}

/** The stream with parameters that go with each of its requests; those of a page win over them. */
export function withParameters(stream: BoundStream, parameters: readonly PageParameter[]): BoundStream {
  if (parameters.length === 0) return stream
  const { query, headers, bodyValues, pathSuffix } = addressOf(parameters)
  const { body } = stream
  return {
    ...stream,
    path: withSuffix(stream.path, pathSuffix),
    query: { ...stream.query, ...query },
    headers: { ...stream.headers, ...headers },
    body: body && (values => body({ ...bodyValues, ...values })),
  }
}
