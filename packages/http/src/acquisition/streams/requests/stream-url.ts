import type { ComputedValue } from '../../references/index.js'
import type { UrlParameter } from './url-text.js'
import { parameterOf, parametersOf } from './url-text.js'

/** What a parameter of a query is: one text, or several under the same name. */
export type QueryValue = string | readonly string[]

/** The same as it is configured: a value may be computed. */
export type QueryTemplate = QueryValue | ComputedValue

/** Where a stream's pages are. */
export interface StreamAddress {
  readonly baseUrl: string
  /** It may have a query: `/items?status=active`. */
  readonly path: string
  readonly query: Readonly<Record<string, QueryValue>>
}

type Parameters = Readonly<Record<string, QueryValue>>

/** The parameters of a stream's own, from its path and its query, and those given; the latter win. */
export function ownParameters({ path, query }: StreamAddress, parameters: Parameters = {}): UrlParameter[] {
  const set = { ...query, ...parameters }
  const written = parametersOf(splitPath(path).query)
  return [
    ...written.filter(({ name }) => !Object.hasOwn(set, name)),
    ...Object.entries(set).flatMap(([name, value]) => [value].flat().map(text => parameterOf(name, text))),
  ]
}

/** The URL of a stream's endpoint with its own parameters and those given; the latter win. */
export function streamUrl(stream: StreamAddress, parameters: Parameters = {}, pathSuffix = ''): string {
  const query = ownParameters(stream, parameters)
    .map(({ text }) => text)
    .join('&')
  if (pathSuffix !== '' || !plainQuery.test(query)) return urlWith(stream, query, pathSuffix)
  const endpoint = endpoints.get(stream) ?? urlWith(stream, '', '')
  endpoints.set(stream, endpoint)
  return `${endpoint}?${query}`
}

/** URLs write it as it is. */
const plainQuery = /^[\w.~%=&-]+$/

/** To take a URL apart for each page costs more than the page's parameters. */
const endpoints = new WeakMap<StreamAddress, string>()

function urlWith(stream: StreamAddress, query: string, pathSuffix: string): string {
  const url = new URL(stream.baseUrl)
  const path = joined(splitPath(stream.path).before, pathSuffix).replace(/^\/+/, '')
  if (path !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  url.search = query
  return url.href
}

/** What follows a path, before the query that it may have. */
export function withSuffix(path: string, suffix: string): string {
  const { before, query } = splitPath(path)
  return joined(before, suffix) + (query === '' ? '' : `?${query}`)
}

/** With one slash between, where both have one. */
function joined(path: string, suffix: string): string {
  return suffix.startsWith('/') ? path.replace(/\/+$/, '') + suffix : path + suffix
}

/** A `#` in a path stands for itself: what is behind it would never be sent. */
function splitPath(path: string): { before: string; query: string } {
  const [before = '', ...query] = path.split('?')
  return { before, query: query.join('?') }
}
