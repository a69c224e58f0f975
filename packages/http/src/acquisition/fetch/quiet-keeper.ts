import type { Clock } from 'async-patterns'
import type { ServerWish } from '../../engines/index.js'
import type { PageRef } from '../ledger/index.js'
import type { DepartureLimiter } from './endpoint-limiter.js'
import { HttpStatusError } from './http-status-error.js'
import type { QuietError } from './quiet-error.js'
import { tooLongQuiet } from './quiet-error.js'
import type { StreamLimits } from './stream-limits.js'

/** What keeps the quiet of one stream's endpoint, and who is told of it. */
export interface QuietParts {
  readonly limits: Pick<StreamLimits, 'maxWaitMs' | 'retry'>
  readonly limiter: DepartureLimiter
  readonly observer: { quiet(page: PageRef, waitMs: number, askedBy: string): void }
  /** How much time is left in which anything may depart. Default: no end. */
  readonly leftMs?: (() => number) | undefined
  readonly clock: Clock
}

/** Does what a server wishes: all pages of its endpoint wait, not the one alone that was refused. */
export class QuietKeeper {
  readonly #parts: QuietParts

  constructor(parts: QuietParts) {
    this.#parts = parts
  }

  /** So long a quiet is waited out, from now on. */
  readonly longestMs = (): number =>
    Math.min(this.#parts.limits.maxWaitMs, this.#parts.leftMs?.() ?? Infinity)

  /**
   * Whatever the response is: a page that used up a limit asks for quiet too. A wish that cannot be meant is
   * one for `maxWaitMs` where something was refused (`isRefusal`: by a rule), and none where the page came.
   */
  heed(page: PageRef, status: number, wish: ServerWish | undefined, isRefusal = false): void {
    if (wish === undefined) return
    if (wish.isPlausible || isRefusal || status >= 400 || status === 202) {
      const waitMs = wish.isPlausible ? wish.waitMs : this.#parts.limits.maxWaitMs
      this.#keep(page, waitMs, `${status}`, ` (${wish.header})`)
    }
  }

  /**
   * To be called when an attempt has failed. A refusal that asks for more quiet than is waited out is no
   * failure, but ends the stream, with the error that it returns.
   */
  after(page: PageRef, error: unknown): QuietError | undefined {
    if (!(error instanceof HttpStatusError) || error.action === 'fail') return undefined
    const { limiter, limits, clock } = this.#parts
    if (error.wish !== undefined) return tooLongQuiet(limiter, this.longestMs(), clock)
    if (error.action === 'wait') this.#keep(page, limits.retry.baseDelayMs, `${error.statusCode}`)
    return undefined
  }

  #keep(page: PageRef, waitMs: number, status: string, header = ''): void {
    const { limiter, clock, observer } = this.#parts
    const askedBy = `${status} of page ${page.ordinal} of ${page.stream}${header}`
    if (limiter.keepQuiet({ until: clock.now() + waitMs, askedBy })) observer.quiet(page, waitMs, askedBy)
  }
}
