import { AsyncPatternsError } from 'async-patterns'
import type { ServerWish } from '../../engines/index.js'

/** Whether another try may help: see `HttpStatusError.action`. */
export type RefusedAction = 'retry' | 'wait' | 'refreshAuth' | 'fail'

/** What is known of an answer that is no page. */
export interface RefusedAnswer {
  readonly statusCode: number
  readonly action: RefusedAction
  readonly wish?: ServerWish | undefined
  /** What in its body says that it is an error: `error.code: "BUSY"`. */
  readonly told?: string | undefined
  /** What else there is to say: `with Location …`, or what a rule says. */
  readonly detail?: string | undefined
  /** The wait before the next try, where a rule sets it. */
  readonly delayMs?: number | undefined
  /** A rule of the file decided, by somebody who knows the server. */
  readonly isOwn?: boolean | undefined
}

/** The server answered, but not with the page. `code` is countable: `HTTP_503`, or `ERROR_BODY`. */
export class HttpStatusError extends AsyncPatternsError {
  readonly code: string
  readonly statusCode: number
  /** For how long the server asks to be left alone, when it asks. */
  readonly wish: ServerWish | undefined
  /**
   * Whether another try may help (`retry`), only fewer of them (`wait`), one with the credentials that were
   * renewed meanwhile (`refreshAuth`), or none at all (`fail`).
   */
  readonly action: RefusedAction
  readonly delayMs: number | undefined
  readonly #isOwn: boolean

  constructor({ statusCode, action, wish, told, detail, delayMs, isOwn = false }: RefusedAnswer) {
    const isError = statusCode >= 400 || told === undefined
    const answer = isError
      ? `The server answered ${statusCode}${wished(wish)}${told === undefined ? '' : `, ${told}`}`
      : `the body reports an error: ${told}`
    super(detail === undefined ? answer : `${answer} ${detail}`)
    this.code = isError ? `HTTP_${statusCode}` : 'ERROR_BODY'
    this.statusCode = statusCode
    this.wish = wish
    this.action = action
    this.delayMs = delayMs
    this.#isOwn = isOwn
  }

  /** It says that the server is not well. */
  get isFailure(): boolean {
    return this.action === 'retry' && (this.statusCode >= 400 || this.code === 'ERROR_BODY')
  }

  /**
   * The server refused the request before it acted: it asks for patience, or for other credentials; or a rule
   * of the file says that it may be sent again.
   */
  get hadNoEffect(): boolean {
    if (this.#isOwn) return true
    return (this.action === 'wait' || this.action === 'refreshAuth') && this.statusCode >= 400
  }
}

function wished(wish: ServerWish | undefined): string {
  if (wish === undefined) return ''
  return `, ${wish.header} ${wish.isPlausible ? `${Math.round(wish.waitMs)} ms` : 'that cannot be meant'}`
}
