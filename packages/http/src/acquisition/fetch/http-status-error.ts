import { AsyncPatternsError } from 'async-patterns'

/** The server answered, but not with the page. `code` is countable: `HTTP_503`. */
export class HttpStatusError extends AsyncPatternsError {
  readonly code: string
  readonly statusCode: number
  /** What the server's Retry-After asks for, when it asks. */
  readonly retryAfterMs: number | undefined

  constructor(statusCode: number, retryAfterMs: number | undefined) {
    const wait = retryAfterMs === undefined ? '' : `, Retry-After ${retryAfterMs} ms`
    super(`The server answered ${statusCode}${wait}`)
    this.code = `HTTP_${statusCode}`
    this.statusCode = statusCode
    this.retryAfterMs = retryAfterMs
  }

  /** The server asks for less, and works: 429, or 503 with Retry-After. It throttles the source and trips nothing. */
  get isThrottling(): boolean {
    return this.statusCode === 429 || (this.statusCode === 503 && this.retryAfterMs !== undefined)
  }
}
