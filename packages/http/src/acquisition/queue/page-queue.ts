import type { PageRef } from '../ledger/index.js'

/** How pages are consumed, and until when. */
export interface ConsumeOptions {
  /** Pages handled at once, over all streams. Default unbounded; the queue bounds each stream by itself. */
  readonly concurrency?: number
  /** No page is handed out once it is aborted; those in hand go on. */
  readonly signal: AbortSignal
}

/** A page that is to come again, not before a moment in epoch milliseconds. */
export interface Redelivery {
  readonly notBefore: number
}

/** What a handler is told beside the page. */
export interface DeliveryContext {
  /** Aborted when the page is no longer this consumer's: its lock was lost, or the queue was disposed. */
  readonly signal: AbortSignal
}

/** Resolves with nothing: the page is done with. With a Redelivery, or rejected: it is delivered again. */
export type PageHandler = (page: PageRef, context: DeliveryContext) => Promise<Redelivery | undefined>

/**
 * Delivery of pages to whoever fetches them: an embedded heap, or in a fleet the ledger itself. At least
 * once, earlier ordinals first among those that are due, and no stream waits for another. Whoever constructs
 * it closes it.
 */
export interface PageQueue extends AsyncDisposable {
  /** Idempotent by id while the page is queued or handled. */
  add(pages: readonly PageRef[]): Promise<void>
  /** Resolves when the signal is aborted and the pages in hand are handled. */
  consume(handle: PageHandler, options: ConsumeOptions): Promise<void>
}
