import type { IncomingHttpHeaders } from 'node:http'

/** A request as the mock looks at it. */
export interface AskedRequest {
  readonly method: string
  /** Behind the source's name, as it was sent. */
  readonly path: string
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Something that a request has to be and is not. The message says what. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch'
  readonly status: number

  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

export function headerOf({ headers }: AskedRequest, name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : value
}

export function cookieOf(request: AskedRequest, name: string): string | undefined {
  const pairs = (headerOf(request, 'cookie') ?? '').split(/;\s*/).map(pair => pair.split('='))
  const found = pairs.find(([own]) => own === name)
  return found?.slice(1).join('=')
}

/** The body as JSON. @throws Mismatch where it is none. */
export function jsonOf({ body }: AskedRequest): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new Mismatch(`the body is no JSON: ${JSON.stringify(body.slice(0, 80))}`)
  }
}
