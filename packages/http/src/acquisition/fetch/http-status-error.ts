import { AsyncPatternsError } from 'async-patterns'
import type { ServerWish } from '../../engines/index.js'

/** The server answered, but not with the page. `code` is countable: `HTTP_503`. */
export class HttpStatusError extends AsyncPatternsError {
  readonly code: string
  readonly statusCode: number
  /** For how long the server asks to be left alone, when it asks. */
  readonly wish: ServerWish | undefined
  /**
   * Whether another try may help (`retry`), only fewer of them (`wait`), one with the credentials that were
   * renewed meanwhile (`refreshAuth`), or none at all (`fail`).
   */
  readonly action: 'retry' | 'wait' | 'refreshAuth' | 'fail'

  /** `detail` is what else the answer said: `with Location …`. */
  constructor(
    statusCode: number,
    wish: ServerWish | undefined,
    action: HttpStatusError['action'],
    detail?: string,
  ) {
    super(`The server answered ${statusCode}${told(wish)}${detail === undefined ? '' : ` ${detail}`}`)
    this.code = `HTTP_${statusCode}`
    this.statusCode = statusCode
    this.wish = wish
    this.action = action
  }

  /** The server refused the request before it acted: it asks for patience, or for other credentials. */
  get hadNoEffect(): boolean {
    return (this.action === 'wait' || this.action === 'refreshAuth') && this.statusCode >= 400
  }
}

function told(wish: ServerWish | undefined): string {
  if (wish === undefined) return ''
  return `, ${wish.header} ${wish.isPlausible ? `${Math.round(wish.waitMs)} ms` : 'that cannot be meant'}`
}
