import type { TransportRequest } from '../../../engines/index.js'
import { mergedHeaders } from '../../../engines/index.js'

/** The request with these cookies too; one of the same name is replaced. */
export function withCookies(
  request: TransportRequest,
  cookies: ReadonlyMap<string, string>,
): TransportRequest {
  if (cookies.size === 0) return request
  const all = new Map([...cookiesOf(request), ...cookies])
  const cookie = Array.from(all, ([name, value]) => `${name}=${value}`).join('; ')
  return { ...request, headers: mergedHeaders(request.headers, { cookie }) }
}

/** What the request's own header says, name by name. */
export function cookiesOf({ headers = {} }: TransportRequest): ReadonlyMap<string, string> {
  const written = Object.entries(headers).find(([name]) => name.toLowerCase() === 'cookie')?.[1] ?? ''
  const pairs = written.split(';').map(pair => pair.trim())
  return new Map(
    pairs
      .filter(pair => pair !== '')
      .map(pair => {
        const [name = '', ...value] = pair.split('=')
        return [name, value.join('=')]
      }),
  )
}
