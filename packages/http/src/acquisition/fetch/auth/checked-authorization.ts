import type { TransportRequest } from '../../../engines/index.js'
import { httpOrigin, mergedHeaders } from '../../../engines/index.js'
import { hookFailure, isRecord } from '../../records/index.js'
import { schemaParts } from '../../schema/index.js'
import { withParameter } from './credential-place.js'

type Scalars = Readonly<Record<string, string | number>>

/** What an authorize hook adds to a request. */
export interface Authorization {
  /** They replace those of the same names. */
  readonly headers?: Readonly<Record<string, string>>
  /** Parameters; they replace those of the same names. */
  readonly query?: Scalars
  /** In place of the request's own. */
  readonly body?: string | Uint8Array
  /** In place of the request's own, at the same origin; `query` is added to it. */
  readonly url?: string
}

const KEYS: readonly string[] = ['headers', 'query', 'body', 'url']

/** What a hook returned, where it is what it may be. @throws PageInvalidError that says what is allowed. */
export function checkedAuthorization(answer: unknown, url: string, stream: string): Authorization {
  if (answer === undefined) return {}
  const refuse = (problem: string): Error => hookFailure('authorize', stream, `returned ${problem}`)
  if (!isRecord(answer)) throw refuse(`a ${typeof answer}; allowed is an object with ${KEYS.join(', ')}`)
  const unknown = Object.keys(answer).find(key => !KEYS.includes(key))
  if (unknown !== undefined) throw refuse(`an unknown key ${unknown}; allowed are ${KEYS.join(', ')}`)
  const { headers, query, body, url: other } = answer
  checkHeaders(headers, refuse)
  checkQuery(query, refuse)
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
    throw refuse(`a body that is a ${typeof body}; allowed is a text or a Uint8Array`)
  if (other !== undefined && (typeof other !== 'string' || httpOrigin(other) !== httpOrigin(url)))
    throw refuse(`a url elsewhere; allowed is one at ${httpOrigin(url) ?? url}`)
  return answer
}

/** What stands in them is a credential, and is not shown. */
function checkHeaders(headers: unknown, refuse: (problem: string) => Error): void {
  if (headers === undefined) return
  if (!isRecord(headers)) throw refuse('headers that are no object of texts')
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') throw refuse(`the header ${name} as a ${typeof value}; allowed is a text`)
    const allowed = schemaParts.headerProblem(name, value)
    if (allowed !== undefined) throw refuse(`a header ${name} that cannot be sent; allowed is ${allowed}`)
  }
}

function checkQuery(query: unknown, refuse: (problem: string) => Error): void {
  if (query === undefined) return
  if (!isRecord(query)) throw refuse('a query that is no object of texts and numbers')
  const bad = Object.entries(query).find(
    ([, value]) => typeof value !== 'string' && typeof value !== 'number',
  )
  if (bad !== undefined)
    throw refuse(`the parameter ${bad[0]} as a ${typeof bad[1]}; allowed is a text or a number`)
}

/** The request with it; the one given is not changed. */
export function withAuthorization(
  request: TransportRequest,
  { headers, query = {}, body, url = request.url }: Authorization,
): TransportRequest {
  return {
    ...request,
    url: Object.entries(query).reduce((all, [name, value]) => withParameter(all, name, String(value)), url),
    ...(headers !== undefined && { headers: mergedHeaders(request.headers, headers) }),
    ...(body !== undefined && { body }),
  }
}
