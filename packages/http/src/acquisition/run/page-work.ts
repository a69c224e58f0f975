import type { Clock } from 'async-patterns'
import { BreakerOpenError, ClosedError, RetryExhaustedError } from 'async-patterns'
import { errorCode } from '../../engines/index.js'
import type { AcquireEvent } from './acquire-event.js'
import type { JournalWriter } from './journal.js'
import type { LeaseKeeper } from './leases.js'
import type { Ledger } from '../ledger/ledger.js'
import { LedgerError } from '../ledger/ledger-errors.js'
import type { Claim, PageCommit, PageRef } from '../ledger/page.js'
import type { PageQueue, Redelivery } from '../queue/page-queue.js'
import type { RunControl } from './run-control.js'
import type { Secrets } from '../secrets/secrets.js'
import type { SourceTrack } from './stream-progress.js'

/** Everything that the way of a page touches. */
export interface PageWorkParts {
  /** Undefined when the page is done, or another's. */
  readonly claim: (pageId: string) => Promise<Claim | undefined>
  readonly ledger: Ledger
  readonly queue: PageQueue
  readonly leases: LeaseKeeper
  readonly journal: JournalWriter
  readonly tracks: ReadonlyMap<string, SourceTrack>
  readonly commit: (page: PageCommit) => Promise<'done' | 'stale'>
  readonly control: RunControl
  readonly secrets: Secrets
  readonly clock: Clock
  readonly onEvent: (event: AcquireEvent) => void
}

/** The way of one page: claimed, fetched and normalised, committed, its successors queued. */
export class PageWork {
  readonly #parts: PageWorkParts

  constructor(parts: PageWorkParts) {
    this.#parts = parts
  }

  /** Handles a delivered page; what goes wrong with it is settled here, what goes wrong with the ledger ends the run. */
  async handle(page: PageRef): Promise<Redelivery | undefined> {
    const { control, tracks } = this.#parts
    const track = tracks.get(page.source)
    if (track === undefined || track.hasEnded) return undefined
    try {
      const again = await this.#handleOf(track, page)
      this.finishIfDone()
      return again
    } catch (error) {
      control.fail(error)
      return undefined
    }
  }

  /** Ends the run when no source has an open page. */
  finishIfDone(): void {
    const { tracks, control } = this.#parts
    for (const track of tracks.values()) if (track.openPages > 0) return
    control.finish()
  }

  async #handleOf(track: SourceTrack, page: PageRef): Promise<Redelivery | undefined> {
    const { leases } = this.#parts
    const claim = await this.#parts.claim(page.id)
    if (claim === undefined) {
      track.close(page.id)
      return undefined
    }
    leases.hold(claim)
    try {
      await this.#acquire(track, claim)
      return undefined
    } catch (error) {
      return await this.#settle(track, claim, error)
    } finally {
      leases.drop(claim)
    }
  }

  async #acquire(track: SourceTrack, claim: Claim): Promise<void> {
    const { control, commit, queue } = this.#parts
    const fetched = await track.fetch(claim.page, control.cut)
    try {
      const page = track.commitOf(claim, fetched)
      if ((await commit(page)) === 'stale') return track.close(claim.page.id)
      track.committed(page)
      this.#tellDone(track, page)
      await queue.add(page.next)
    } finally {
      fetched.place.release()
    }
  }

  #tellDone(track: SourceTrack, { claim, records, rejects }: PageCommit): void {
    this.#parts.onEvent({
      type: 'page-done',
      source: track.name,
      pageId: claim.page.id,
      records: records.length,
      rejects: rejects.length,
      openPages: track.openPages,
    })
  }

  async #settle(track: SourceTrack, claim: Claim, error: unknown): Promise<Redelivery | undefined> {
    if (error instanceof LedgerError || error instanceof ClosedError) throw error
    // What a failed run held is free when the ledger is opened again.
    if (this.#parts.control.hasFailed) return undefined
    if (this.#parts.control.cut.aborted) return this.#giveBack(claim, 0)
    if (error instanceof BreakerOpenError) return this.#wait(track, claim, error)
    if (error instanceof RetryExhaustedError) await this.#fail(track, claim, error.cause)
    else await this.#fail(track, claim, error)
    return undefined
  }

  /** A rejection by an open breaker spends no try: the page waits, until its source is given up. */
  #wait(track: SourceTrack, claim: Claim, error: BreakerOpenError): Promise<Redelivery | undefined> {
    const { health } = track
    if (health.hasFailed) return this.#giveUp(track, claim)
    return this.#giveBack(claim, this.#parts.clock.wallNow() + health.pauseMs(error))
  }

  async #giveBack(claim: Claim, notBefore: number): Promise<Redelivery> {
    const { journal, ledger } = this.#parts
    await journal.flush()
    await ledger.giveBack(claim, { notBefore, spendsTry: false })
    return { notBefore }
  }

  async #giveUp(track: SourceTrack, claim: Claim): Promise<undefined> {
    const { onEvent } = this.#parts
    const message = `The circuit breaker of ${track.name} has not closed in time`
    track.end()
    await this.#markFailed(claim, 'GAVE_UP', message)
    onEvent({ type: 'source-gave-up', source: track.name, message })
    return undefined
  }

  async #fail(track: SourceTrack, claim: Claim, error: unknown): Promise<void> {
    const { secrets, onEvent } = this.#parts
    const code = errorCode(error)
    const message = secrets.redact(error instanceof Error ? error.message : String(error))
    const { page } = claim
    await this.#markFailed(claim, code, message)
    track.close(page.id)
    onEvent({ type: 'page-failed', source: page.source, pageId: page.id, code, message })
  }

  async #markFailed(claim: Claim, code: string, message: string): Promise<void> {
    const { journal, ledger, clock } = this.#parts
    await journal.flush()
    await ledger.fail(claim, { code, message, at: clock.wallNow() })
  }
}
