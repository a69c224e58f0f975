import type { JsonObject, Proposal } from '../proposal.js'
import { at, isObject } from '../proposal.js'
import { variableOf } from '../propose-page.js'
import type { References } from './references.js'

type Auth = Readonly<Record<string, unknown>>

/** How requests are authorised: the first scheme that the document asks for and that a pipeline can do. */
export function authOf(document: JsonObject, references: References): Proposal<Auth> | undefined {
  const schemes = at(document, 'components.securitySchemes')
  if (!isObject(schemes)) return undefined
  const asked = Array.isArray(document['security'])
    ? document['security'].filter(isObject).flatMap(Object.keys)
    : []
  const names = [...new Set([...asked, ...Object.keys(schemes)])]
  for (const name of names) {
    const scheme = references.object(schemes[name])
    const value = scheme && authFor(name, scheme, references)
    if (value === undefined) continue
    const sure =
      asked[0] === name && names.length === 1 ? 'certain' : asked.includes(name) ? 'likely' : 'guess'
    return {
      value,
      sure,
      why: `the security scheme ${name}${names.length > 1 ? `, one of ${names.length}` : ''}`,
    }
  }
  return undefined
}

const variable = (name: string, suffix = ''): string => `\${${variableOf(name + suffix)}}`

function authFor(name: string, scheme: JsonObject, references: References): Auth | undefined {
  const { type, scheme: kind, in: where } = scheme
  if (type === 'http' && String(kind).toLowerCase() === 'bearer')
    return { type: 'bearer', token: variable(name) }
  if (type === 'http' && String(kind).toLowerCase() === 'basic')
    return { type: 'basic', username: variable(name, '_USERNAME'), password: variable(name, '_PASSWORD') }
  if (type === 'apiKey' && (where === 'header' || where === 'query') && typeof scheme['name'] === 'string')
    return { type: 'apiKey', in: where, name: scheme['name'], value: variable(name) }
  if (type === 'oauth2') return oauthFor(name, references.object(scheme['flows']) ?? {})
  return type === 'openIdConnect' ? { type: 'bearer', token: variable(name) } : undefined
}

function oauthFor(name: string, flows: JsonObject): Auth {
  const client = { clientId: variable(name, '_CLIENT_ID'), clientSecret: variable(name, '_CLIENT_SECRET') }
  const credentials = at(flows, 'clientCredentials.tokenUrl')
  if (isUrl(credentials))
    return { type: 'oauth2', grant: 'clientCredentials', tokenUrl: credentials, ...client }
  const code = at(flows, 'authorizationCode.tokenUrl')
  if (isUrl(code)) {
    const refreshToken = variable(name, '_REFRESH_TOKEN')
    return { type: 'oauth2', grant: 'refreshToken', tokenUrl: code, ...client, refreshToken }
  }
  return { type: 'bearer', token: variable(name) }
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\/[^\s{}$]+$/.test(value)
}
