import type { AuthConfig } from '../../acquisition/index.js'
import type { AskedRequest } from './asked-request.js'
import { cookieOf, headerOf, Mismatch } from './asked-request.js'
import { isObject } from './path-steps.js'

/** Where a credential stands. */
interface Place {
  readonly in: 'header' | 'query' | 'body' | 'cookie'
  readonly name: string
  readonly prefix?: string | undefined
}

/** What a source's requests have to carry. */
export interface Wanted {
  readonly place: Place
  /** A credential that never changes; undefined for tokens, which come and go. */
  readonly value: string | undefined
}

const BEARER: Place = { in: 'header', name: 'authorization', prefix: 'Bearer' }

/** The credentials of each request, by what the file says. */
export function wantedBy(auth: AuthConfig | undefined): Wanted[] {
  switch (auth?.type) {
    case undefined:
    case 'none':
      return []
    case 'headers':
      return Object.entries(auth.headers).map(([name, value]) => ({
        place: { in: 'header', name },
        value: String(value),
      }))
    case 'bearer':
      return [{ place: BEARER, value: auth.token }]
    case 'basic': {
      const value = Buffer.from(`${auth.username}:${auth.password}`).toString('base64')
      return [{ place: { ...BEARER, prefix: 'Basic' }, value }]
    }
    case 'apiKey':
      return [{ place: auth, value: auth.value }]
    case 'login':
      return [{ place: placeOf(auth, auth.token.cookie), value: undefined }]
    case 'oauth2':
      return [{ place: placeOf(auth), value: undefined }]
    case 'jwtBearer':
      return [{ place: BEARER, value: undefined }]
  }
}

function placeOf(written: Partial<Place>, cookie?: string): Place {
  const usual: Place = cookie === undefined ? BEARER : { in: 'cookie', name: cookie }
  const { in: where = usual.in, name = usual.name, prefix } = written
  const isUsual = where === usual.in && name.toLowerCase() === usual.name
  return { in: where, name, prefix: prefix ?? (isUsual ? usual.prefix : undefined) }
}

/** The credential in a request; undefined where there is none, or its prefix is missing. */
export function credentialIn(
  request: AskedRequest,
  { in: where, name, prefix = '' }: Place,
): string | undefined {
  const text = {
    header: () => headerOf(request, name),
    query: () => request.query.find(([own]) => own === name)?.[1],
    body: () => fieldOf(request, name),
    cookie: () => cookieOf(request, name),
  }[where]()
  const before = /[a-z\d]$/i.test(prefix) ? `${prefix} ` : prefix
  return text?.startsWith(before) === true ? text.slice(before.length) : undefined
}

function isForm(request: AskedRequest): boolean {
  return headerOf(request, 'content-type')?.includes('form-urlencoded') === true
}

function fieldOf(request: AskedRequest, name: string): string | undefined {
  if (isForm(request)) return new URLSearchParams(request.body).get(name) ?? undefined
  const value = parsed(request.body)[name]
  return typeof value === 'string' ? value : undefined
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** The request as it was before its credentials were put in. */
export function withoutCredentials(request: AskedRequest, wanted: readonly Wanted[]): AskedRequest {
  return wanted.reduce((one, { place }) => without(one, place), request)
}

function without(request: AskedRequest, { in: where, name }: Place): AskedRequest {
  if (where === 'query') return { ...request, query: request.query.filter(([own]) => own !== name) }
  if (where !== 'body') return request
  if (isForm(request)) {
    const form = new URLSearchParams(request.body)
    form.delete(name)
    return { ...request, body: form.toString() }
  }
  const { [name]: _credential, ...rest } = parsed(request.body)
  return { ...request, body: JSON.stringify(rest) }
}

/** @throws Mismatch where a credential is missing or another. */
export function checkFixed(request: AskedRequest, wanted: readonly Wanted[]): void {
  for (const { place, value } of wanted) {
    if (value !== undefined && credentialIn(request, place) !== value)
      throw new Mismatch(`the ${place.in} ${place.name} does not hold the credential that is declared`, 401)
  }
}
