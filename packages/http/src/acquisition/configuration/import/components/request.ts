import type { Expression } from '../jinja/index.js'
import { isDict, literal, str } from '../jinja/index.js'
import type { Component, Value } from '../manifest/component.js'
import { isComponent } from '../manifest/component.js'
import { Refusal, refusingAt } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import type { Json } from '../emit/values.js'
import { typedValue, Values } from '../emit/values.js'
import { withoutQuery } from './path-query.js'

/** Where a request goes. */
interface Address {
  readonly baseUrl: string
  /** With references, or computed. */
  readonly path: string | { readonly expr: string }
}

/** What a requester sends, as the pipeline writes it. */
export interface RequestParts extends Address {
  readonly method?: string | undefined
  readonly query: Readonly<Record<string, Json>>
  readonly headers: Readonly<Record<string, Json>>
  readonly body?: Json | undefined
}

/** Converts an HttpRequester. @throws Refusal for what has no counterpart. */
export function requestOf(requester: Component, templates: Templates, values: Values): RequestParts {
  const reader = new RequestReader(requester, templates, values)
  const method = (templates.text(requester, 'http_method') ?? 'GET').toUpperCase()
  const body = reader.body()
  const { query, ...address } = reader.address()
  return {
    ...address,
    ...(method !== (body === undefined ? 'GET' : 'POST') && { method }),
    query: { ...query, ...reader.fields('request_parameters') },
    headers: reader.fields('request_headers'),
    ...(body !== undefined && { body }),
  }
}

/** The path of the base, to which next pages may be relative. */
export function basePath(requester: Component, templates: Templates): string {
  const base =
    new Values(templates, { slice: () => undefined }).text(templates.of(requester, 'url_base')) ?? ''
  return base.replace(/^https?:\/\/[^/]*/, '').replace(/\/+$/, '')
}

class RequestReader {
  readonly #requester: Component
  readonly #templates: Templates
  readonly #values: Values

  constructor(requester: Component, templates: Templates, values: Values) {
    const options = requester['request_options_provider']
    this.#requester = isComponent(options)
      ? templates.lines.merged({ ...requester, ...options, type: 'HttpRequester' }, requester)
      : requester
    this.#templates = templates
    this.#values = values
  }

  /** What changes from request to request stands in the path. */
  address(): Address & { readonly query?: Readonly<Record<string, Json>> } {
    const linked = this.#linked()
    if (linked !== undefined) return linked
    const base = this.#text('url') || this.#text('url_base')
    const { path, query = {} } = this.#path()
    if (typeof path === 'string' && /^https?:\/\//.test(path)) return this.#checked(split(path), path)
    if (base === '') throw this.#refusal('url', 'there is no url_base')
    const { baseUrl, path: start } = this.#checked(split(base), base)
    if (path === '') return { baseUrl, path: start }
    if (typeof path === 'string')
      return { baseUrl, path: `${start.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`, query }
    if (start !== '') throw new Refusal('expression in path', 'base and path change from request to request')
    return { baseUrl, path, query }
  }

  /** `https://api.acme.example{{ record.uri }}`: an origin, and the path that a value is. */
  #linked(): Address | undefined {
    const read = this.#values.settled(this.#templates.of(this.#requester, 'url'))
    const [origin, uri, ...more] = read.kind === 'text' ? read.parts : []
    const isOrigin = origin?.kind === 'constant' && /^https?:\/\/[^/?#]+$/.test(str(origin.value))
    if (!isOrigin || uri === undefined || more.length > 0) return undefined
    const reference = this.#values.referenceOf(uri)
    if (reference === undefined) return undefined
    return { baseUrl: str(origin.value), path: { expr: this.#values.expression(uri, '') } }
  }

  /** One that references do not say is computed, and then what stands behind its `?` are parameters. */
  #path(): { readonly path: string | { readonly expr: string }; readonly query?: Record<string, Json> } {
    const read = this.#values.settled(unencoded(this.#templates.of(this.#requester, 'path')))
    if (read.kind === 'constant' || this.#values.text(read) !== undefined) return { path: this.#text('path') }
    return refusingAt(this.#templates.lines, this.#requester, 'path', () => {
      const { path, query } = withoutQuery(read) ?? { path: read, query: [] }
      const parameters = query.map(([name, value]) => [name, this.#values.request(value, name, false) ?? ''])
      return {
        path: this.#values.text(path) ?? { expr: this.#values.computed(path, 'path') },
        query: Object.fromEntries(parameters) as Record<string, Json>,
      }
    })
  }

  #checked<A extends { readonly baseUrl: string }>(address: A, url: string): A {
    if (/^(?:https?:\/\/[^/{]|https?:\/\/\$\{|\$\{)/.test(address.baseUrl)) return address
    throw this.#refusal('url_base', `${url} is no address at import`)
  }

  fields(key: 'request_parameters' | 'request_headers'): Record<string, Json> {
    const given = this.#requester[key]
    const fields = typeof given === 'string' ? this.#object(key, given) : given
    if (!isComponent(fields)) return {}
    return refusingAt(this.#templates.lines, this.#requester, key, () => {
      const entries = Object.entries(fields).map(([name, value]) => {
        const what = key === 'request_headers' ? `header ${name}` : `parameter ${name}`
        return [this.#name(name), this.#value(value, what)] as const
      })
      return Object.fromEntries(entries.filter((one): one is [string, Json] => one[1] !== undefined))
    })
  }

  body(): Json | undefined {
    const { request_body: given, request_body_json: json, request_body_data: data } = this.#requester
    if (isComponent(given)) return this.#typedBody(given)
    if (json !== undefined && json !== null) return this.#jsonBody(json, 'request_body_json')
    if (data === undefined || data === null) return undefined
    return refusingAt(this.#templates.lines, this.#requester, 'request_body_data', () => this.#form(data))
  }

  #typedBody(body: Component): Json | undefined {
    const { type, value } = body
    if (value === undefined) return undefined
    if (type === 'RequestBodyJsonObject') return this.#jsonBody(value, 'request_body')
    if (type === 'RequestBodyGraphQL') return isComponent(value) ? this.#graphql(value) : undefined
    return this.#form(value)
  }

  #form(data: Value): Json | undefined {
    if (typeof data === 'string') return { text: this.#values.plainText(this.#read(data), 'the body') }
    if (!isComponent(data)) throw this.#refusal('request_body_data', 'the body is not understood')
    const fields = Object.entries(data).map(([name, value]) => [
      this.#name(name),
      this.#value(value, `field ${name}`),
    ])
    return fields.length === 0 ? undefined : { form: Object.fromEntries(fields) as Json }
  }

  #jsonBody(value: Value, key: string): Json | undefined {
    return refusingAt(this.#templates.lines, this.#requester, key, () => {
      if (typeof value === 'string') return this.#textBody(value)
      if (isComponent(value) && Object.keys(value).length === 0) return undefined
      return isComponent(value) && this.#isGraphql(value)
        ? this.#graphql(value)
        : { json: this.#json(value) ?? {} }
    })
  }

  /** JSON as a text with templates in it. */
  #textBody(value: string): Json | undefined {
    const read = this.#read(value)
    if (read.kind === 'dict') return { json: this.#dict(read) }
    if (read.kind === 'constant') {
      const known = typeof read.value === 'string' ? literal(read.value) : read.value
      if (isDict(known)) return { json: typedValue(known) }
      if (known === undefined || known === null || known === '') return undefined
    }
    const text = this.#values.plainText(read, 'the body')
    try {
      return { json: JSON.parse(text.replaceAll('{{', '{')) as Json }
    } catch {
      throw new Refusal('body', 'the body is a text that is no JSON without its templates')
    }
  }

  #dict(dict: Extract<Expression, { kind: 'dict' }>): Json {
    const entries = dict.entries.map(([key, value]) => {
      const name = key.kind === 'constant' ? str(key.value) : this.#values.plainText(key, 'a name')
      return [
        name,
        value.kind === 'dict' ? this.#dict(value) : this.#values.request(value, `field ${name}`, true),
      ]
    })
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Json
  }

  /** A query with braces, whose text is never looked through. */
  #isGraphql({ query }: Component): boolean {
    return (
      typeof query === 'string' &&
      /^\s*(?:query|mutation|subscription)?\b[^{]*\{/.test(query) &&
      !/\{\{|\{%/.test(query)
    )
  }

  #graphql(value: Component): Json {
    const { query, ...rest } = value
    if (typeof query !== 'string' || /\{\{|\{%/.test(query))
      throw this.#refusal('request_body_json', 'the GraphQL query is a template')
    return {
      graphql: { query, ...this.#fieldsOf(rest) },
    }
  }

  #fieldsOf(fields: Component): Record<string, Json> {
    const entries = Object.entries(fields).map(([name, one]) => [this.#name(name), this.#json(one)] as const)
    return Object.fromEntries(
      entries.filter(
        (one): one is [string, Json] => one[1] !== undefined && one[1] !== null && one[0] !== '$parameters',
      ),
    )
  }

  #json(value: Value | undefined): Json | undefined {
    if (typeof value === 'string') return this.#values.request(this.#read(value), 'the body', true)
    if (Array.isArray(value)) return (value as readonly Value[]).map(one => this.#json(one) ?? null)
    return isComponent(value) ? this.#fieldsOf(value) : value
  }

  #object(key: string, text: string): Value {
    const read = this.#templates.of({ ...this.#requester, [key]: text }, key)
    const value = read.kind === 'constant' ? read.value : undefined
    const known = typeof value === 'string' ? literal(value) : value
    if (known === undefined || !isDict(known)) throw this.#refusal(key, `${key} is a template as a whole`)
    return known as Component
  }

  #value(value: Value | undefined, what: string): Json | undefined {
    if (Array.isArray(value)) return (value as readonly Value[]).map(one => this.#value(one, what) ?? '')
    if (isComponent(value)) {
      if (value['type'] === 'QueryProperties')
        throw new Refusal('QueryProperties', `${what} asks for properties in portions`)
      throw new Refusal('request option', `${what} is a mapping`)
    }
    return this.#values.request(this.#read(value), what, false)
  }

  #name(name: string): string {
    return this.#values.plainText(this.#read(name), 'a name')
  }

  #read(value: Value | undefined): Expression {
    return this.#templates.read(value, this.#requester)
  }

  #text(key: string): string {
    const read = this.#templates.of(this.#requester, key)
    if (read.kind === 'constant')
      return read.value === undefined || read.value === null ? '' : this.#values.plainText(read, key)
    return refusingAt(this.#templates.lines, this.#requester, key, () =>
      this.#values.plainText(unencoded(read), key),
    )
  }

  #refusal(key: string, why: string): Refusal {
    return new Refusal('request', why, { line: this.#templates.lines.of(this.#requester, key) })
  }
}

/** References in paths are percent-encoded anyway. */
function unencoded(expression: Expression): Expression {
  if (expression.kind === 'text') return { kind: 'text', parts: expression.parts.map(unencoded) }
  const [first] = expression.kind === 'call' ? expression.args : []
  if (expression.kind === 'call' && expression.of.kind === 'name' && expression.of.name === 'sanitize_url')
    return first ?? expression
  return expression.kind === 'filter' && expression.name === 'urlencode' ? expression.of : expression
}

/** Up to the first reference or query it is the base. */
function split(url: string): { readonly baseUrl: string; readonly path: string } {
  const [, base = url, rest = ''] =
    /^((?:\$\{[^}]*\}|[^?{])*?)((?:\/[^/?]*(?:(?<!\$)\{[^}]*\}[^]*|\?[^]*)|\?[^]*)?)$/.exec(url) ?? []
  return { baseUrl: base, path: rest }
}
