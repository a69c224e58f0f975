import type { SchemaParts } from '../../schema/index.js'
import { strictlyEncoded } from './url-text.js'

/**
 * Where in a request a value goes: a query parameter, by its name alone too; a header; a path into the body,
 * `variables.after`; or behind the path, `/page/{}`, where `{}` is the value.
 */
export type ParamPlace =
  | string
  | { readonly query: string }
  | { readonly header: string }
  | { readonly body: string }
  | { readonly path: string }

/** A value that a page's request carries. */
export interface PageParameter {
  readonly place: ParamPlace
  readonly value: string | number
}

/** Parameters, sorted by where they go. */
export interface PlacedParameters {
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** By their paths in the body. */
  readonly bodyValues: Readonly<Record<string, string | number>>
  /** What follows the path, percent-encoded. */
  readonly pathSuffix: string
}

/** What the parameters make of a request. Of two for one place the latter holds; suffixes follow each other. */
export function addressOf(parameters: readonly PageParameter[]): PlacedParameters {
  const query: Record<string, string> = {}
  const headers: Record<string, string> = {}
  const bodyValues: Record<string, string | number> = {}
  let pathSuffix = ''
  for (const { place, value } of parameters) {
    if (typeof place === 'string') query[place] = String(value)
    else if ('query' in place) query[place.query] = String(value)
    else if ('header' in place) headers[place.header] = String(value)
    else if ('body' in place) bodyValues[place.body] = value
    else pathSuffix += place.path.replace('{}', () => strictlyEncoded(String(value)))
  }
  return { query, headers, bodyValues, pathSuffix }
}

/** Why the value cannot be sent there; undefined where it can. */
export function placeProblem({ place, value }: PageParameter): string | undefined {
  if (typeof place === 'string') return undefined
  if ('path' in place && /^\.{0,2}$/.test(String(value))) return 'a path cannot hold "", "." and ".."'
  if ('header' in place && !/^[\t\x20-\x7e\x80-\xff]*$/.test(String(value)))
    return 'a header holds no line breaks and control characters, and Latin-1 alone'
  return undefined
}

const ALLOWED =
  "a name, which is a query parameter's, or { query: name }, { header: name }, { body: variables.after } " +
  "or { path: '/page/{}' }"

/** The schema of a place in a pipeline file. */
export function placeSchema(parts: SchemaParts) {
  return parts.anyOf(placesOf(parts), ALLOWED)
}

/** A place, or `false` for a value that is not sent. */
export function placeOrFalseSchema(parts: SchemaParts) {
  return parts.anyOf([...placesOf(parts), parts.no()], `${ALLOWED}, or false`)
}

function placesOf({ text, path, checkedText, headerName, strict }: SchemaParts) {
  const template = checkedText('a text such as /page/{}', value => value.split('{}').length === 2)
  return [
    text(),
    strict({ query: text() }),
    strict({ header: headerName() }),
    strict({ body: path() }),
    strict({ path: template }),
  ] as const
}
