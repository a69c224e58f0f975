import { AsyncPatternsError } from 'async-patterns'

/** The server answered, but not with the page. `code` is countable: `HTTP_503`. */
export class HttpStatusError extends AsyncPatternsError {
  readonly code: string
  readonly statusCode: number
  /** What the server's Retry-After asks for, when it asks. */
  readonly retryAfterMs: number | undefined
  /**
   * Whether another try may help (`retry`), only fewer of them (`wait`), one with the credentials that were
   * renewed meanwhile (`refreshAuth`), or none at all (`fail`).
   */
  readonly action: 'retry' | 'wait' | 'refreshAuth' | 'fail'

  /** `detail` is what else the answer said: `with Location …`. */
  constructor(
    statusCode: number,
    retryAfterMs: number | undefined,
    action: HttpStatusError['action'],
    detail?: string,
  ) {
    const wait = retryAfterMs === undefined ? '' : `, Retry-After ${retryAfterMs} ms`
    super(`The server answered ${statusCode}${wait}${detail === undefined ? '' : ` ${detail}`}`)
    this.code = `HTTP_${statusCode}`
    this.statusCode = statusCode
    this.retryAfterMs = retryAfterMs
    this.action = action
  }
}
