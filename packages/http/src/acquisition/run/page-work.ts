import type { Clock } from 'async-patterns'
import { BreakerOpenError, ClosedError, RetryExhaustedError } from 'async-patterns'
import { errorCode } from '../../engines/index.js'
import { AuthError, QuietError } from '../fetch/index.js'
import type { Claim, Notice, OpenPages, PageCommit, PageError, PageRef, Run } from '../ledger/index.js'
import { LedgerError } from '../ledger/index.js'
import type { PageQueue, Redelivery } from '../queue/index.js'
import type { Secrets } from '../secrets/index.js'
import type { AcquireEvent } from './acquire-event.js'
import type { LeaseKeeper } from './leases.js'
import type { Committed, LedgerWriter } from './ledger-writer.js'
import type { RunControl } from './run-control.js'
import type { SampleBudget } from './sample-budget.js'
import type { StreamProgress } from './stream-progress.js'
import { quietText } from './streams-of-run.js'

/** Everything that the way of a page touches. */
export interface PageWorkParts {
  /** Undefined when the page is done, or another's. */
  readonly claim: (pageId: string) => Promise<Claim | undefined>
  readonly run: Run
  readonly queue: PageQueue
  readonly leases: LeaseKeeper
  readonly journal: LedgerWriter
  readonly streams: ReadonlyMap<string, StreamProgress>
  readonly control: RunControl
  readonly secrets: Secrets
  readonly clock: Clock
  /** Ends streams that have brought enough. Default: they end by themselves. */
  readonly budget?: SampleBudget | undefined
  readonly onEvent: (event: AcquireEvent) => void
}

/** The way of one page: claimed, fetched and normalised, committed, its successors queued. */
export class PageWork {
  readonly #parts: PageWorkParts
  readonly #told = new Set<string>()

  constructor(parts: PageWorkParts) {
    this.#parts = parts
  }

  /**
   * Handles a delivered page; what goes wrong with it is settled here, what goes wrong with the ledger ends
   * the run.
   */
  async handle(page: PageRef): Promise<Redelivery | undefined> {
    const { control, streams } = this.#parts
    const stream = streams.get(page.stream)
    if (stream === undefined || stream.hasEnded) return undefined
    try {
      return await this.#handleOf(stream, page)
    } catch (error) {
      control.fail(error)
      return undefined
    }
  }

  /** Ends the run when the ledger says that no page is open. */
  finishIfOver({ openPages }: OpenPages): void {
    if (openPages === 0) this.#parts.control.finish()
  }

  async #handleOf(stream: StreamProgress, page: PageRef): Promise<Redelivery | undefined> {
    const { leases, run } = this.#parts
    const claim = await this.#parts.claim(page.id)
    if (claim === undefined) {
      this.finishIfOver(await run.openPages())
      return undefined
    }
    leases.hold(claim)
    try {
      await this.#acquire(stream, claim)
      return undefined
    } catch (error) {
      return await this.#settle(stream, claim, error)
    } finally {
      leases.drop(claim)
    }
  }

  async #acquire(stream: StreamProgress, claim: Claim): Promise<void> {
    const { control, journal, queue, budget } = this.#parts
    const fetched = await stream.fetch(claim.page, control.stop, control.cut)
    try {
      const whole = await stream.commitOf(claim, fetched)
      const page = budget?.trimmed(whole) ?? whole
      const committed = await journal.commit(page)
      if (committed.result === 'done') {
        this.#tellDone(page, committed)
        await queue.add(page.next)
        if (page.stop === 'loop') await this.#leaveLoop(stream)
        if (budget?.hasEnough(stream.name) === true) await this.#endEarly(stream, 'SAMPLED')
      }
      this.finishIfOver(committed)
    } finally {
      stream.settled(claim)
      fetched.reservation.release()
    }
  }

  #tellDone({ claim, records, rejects, notices = [] }: PageCommit, { openPagesOfStream }: Committed): void {
    for (const notice of notices) this.#tellOnce(claim.page.stream, notice)
    this.#parts.onEvent({
      type: 'page-done',
      source: claim.page.stream,
      pageId: claim.page.id,
      records: records.length,
      rejects: rejects.length,
      openPages: openPagesOfStream,
    })
  }

  /** The ledger counts them all. */
  #tellOnce(source: string, { code, about = '', message }: Notice): void {
    const key = `${source} ${code} ${about}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#parts.onEvent({ type: 'notice', source, code, message })
  }

  async #settle(stream: StreamProgress, claim: Claim, error: unknown): Promise<Redelivery | undefined> {
    if (error instanceof LedgerError || error instanceof ClosedError) throw error
    // What a failed run held is free when the ledger is opened again.
    if (this.#parts.control.hasFailed) return undefined
    const { stop, cut } = this.#parts.control
    if (cut.aborted || (stop.aborted && error === stop.reason)) return this.#giveBack(claim, 0)
    if (error instanceof QuietError) return this.#endForQuiet(stream, claim, error)
    if (error instanceof BreakerOpenError) return this.#wait(stream, claim, error)
    if (error instanceof AuthError && error.isFinal)
      return this.#giveUp(stream, claim, error.code, this.#parts.secrets.redact(error.message))
    await this.#fail(stream, claim, error instanceof RetryExhaustedError ? error.cause : error)
    return undefined
  }

  /** A rejection by an open breaker spends no try: the page waits, until its stream is given up. */
  #wait(stream: StreamProgress, claim: Claim, error: BreakerOpenError): Promise<Redelivery | undefined> {
    const { health } = stream
    const message = `The circuit breaker of ${stream.name} has not closed in time`
    if (health.hasFailed) return this.#giveUp(stream, claim, 'GAVE_UP', message)
    return this.#giveBack(claim, this.#parts.clock.wallNow() + health.pauseMs(error))
  }

  async #giveBack(claim: Claim, notBefore: number): Promise<Redelivery> {
    const { journal, run } = this.#parts
    await journal.flush()
    await run.giveBack(claim, { notBefore, spendsTry: false })
    return { notBefore }
  }

  /**
   * Its server asked for more quiet than is waited out, or its quota is used up for longer: the stream goes on
   * in a later run.
   */
  async #endForQuiet(stream: StreamProgress, claim: Claim, { code, quiet }: QuietError): Promise<undefined> {
    const { clock, journal, onEvent, run } = this.#parts
    const isFirst = !stream.hasEnded
    stream.end()
    const now = clock.wallNow()
    if (isFirst) {
      const asked = quietText(now + quiet.until - clock.now(), quiet.askedBy)
      const remedy = code === 'QUIET' ? ` (--forget-wait ${stream.name} asks before)` : ''
      const message = `${asked}: left to a later run${remedy}`
      journal.notice({ stream: stream.name, code, message, at: now })
      onEvent({ type: 'notice', source: stream.name, code, message })
    }
    await this.#giveBack(claim, 0)
    if (isFirst) this.finishIfOver(await run.endStream(stream.name, code))
    return undefined
  }

  /** Pages that are known already may still bring something, but not for ever. */
  async #leaveLoop(stream: StreamProgress): Promise<void> {
    if (stream.isLost()) await this.#endEarly(stream, 'LOOP')
  }

  async #endEarly(stream: StreamProgress, reason: string): Promise<void> {
    stream.end()
    this.finishIfOver(await this.#parts.run.endStream(stream.name, reason))
  }

  async #giveUp(stream: StreamProgress, claim: Claim, code: string, message: string): Promise<undefined> {
    const { onEvent, run } = this.#parts
    const isFirst = !stream.hasEnded
    stream.end()
    await this.#markFailed(claim, { code, message, path: stream.pathOf(claim.page) })
    if (!isFirst) return undefined
    const left = await run.endStream(stream.name, code)
    onEvent({ type: 'source-gave-up', source: stream.name, message })
    this.finishIfOver(left)
    return undefined
  }

  async #fail(stream: StreamProgress, claim: Claim, error: unknown): Promise<void> {
    const { secrets, onEvent } = this.#parts
    const { page } = claim
    const text = error instanceof Error ? error.message : String(error)
    const told = { code: errorCode(error), message: secrets.redact(text), path: stream.pathOf(page) }
    const left = await this.#markFailed(claim, told)
    onEvent({ type: 'page-failed', source: page.stream, pageId: page.id, ...told })
    this.finishIfOver(left)
  }

  async #markFailed(claim: Claim, error: Omit<PageError, 'at'>): Promise<OpenPages> {
    const { journal, run, clock } = this.#parts
    await journal.flush()
    return run.fail(claim, { ...error, at: clock.wallNow() })
  }
}
