import type { TransportRequest } from '../../../engines/index.js'
import { mergedHeaders } from '../../../engines/index.js'
import type { SchemaParts } from '../../schema/index.js'
import { withBodyField } from './body-field.js'
import { withCookies } from './cookie-header.js'

/** Where a credential stands in a request. */
export interface CredentialPlace {
  readonly in: 'header' | 'query' | 'body' | 'cookie'
  /** Of the header, the parameter, the body's field or the cookie. */
  readonly name: string
  /** What stands before the credential; a space follows it where it ends in a letter or digit. Default none. */
  readonly prefix?: string | undefined
}

/** As OAuth has it (RFC 6750, 2.1). */
export const BEARER: CredentialPlace = Object.freeze({
  in: 'header',
  name: 'authorization',
  prefix: 'Bearer',
})

/** The keys of a place, none of them with a default. */
export function placeSchema({ oneOf, checkedText, headerPrefix }: SchemaParts) {
  return {
    in: oneOf(['header', 'query', 'body', 'cookie']),
    name: checkedText('a name without spaces and control characters', name => /^[\x21-\x7e]+$/.test(name)),
    prefix: headerPrefix(),
  }
}

/** What of a place was written; the rest is as for `Bearer` in a header. */
export function placeOf(written: Partial<CredentialPlace>, fallback = BEARER): CredentialPlace {
  const { in: where = fallback.in, name = fallback.name } = written
  const isUsual = where === fallback.in && name.toLowerCase() === fallback.name
  return { in: where, name, prefix: written.prefix ?? (isUsual ? fallback.prefix : undefined) }
}

/** The request with the credential in its place; what stood there before is replaced. */
export function placed(
  request: TransportRequest,
  { in: where, name, prefix = '' }: CredentialPlace,
  credential: string,
): TransportRequest {
  const value = `${prefix}${/[a-z\d]$/i.test(prefix) ? ' ' : ''}${credential}`
  switch (where) {
    case 'header':
      return { ...request, headers: mergedHeaders(request.headers, { [name]: value }) }
    case 'query':
      return { ...request, url: withParameter(request.url, name, value) }
    case 'body':
      return withBodyField(request, name, value)
    case 'cookie':
      return withCookies(request, new Map([[name, value]]))
  }
}

/** All else in the URL stays as it is written: a server may have signed it. */
export function withParameter(url: string, name: string, value: string): string {
  const mark = url.indexOf('?')
  const query = mark < 0 ? '' : url.slice(mark + 1)
  const others = query.split('&').filter(text => text !== '' && !new URLSearchParams(`?${text}`).has(name))
  const own = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  return `${mark < 0 ? url : url.slice(0, mark)}?${[...others, own].join('&')}`
}
