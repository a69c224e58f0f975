import type { PageRef } from './page.js'

export interface ConsumeOptions {
  /** Pages handled at once. */
  readonly concurrency: number
  readonly signal: AbortSignal
}

/** Delivery of pages to whoever fetches them: an embedded heap, or BullMQ for a fleet. At least once. */
export interface PageQueue extends AsyncDisposable {
  /** Idempotent by id while the page is queued or handled. */
  add(pages: readonly PageRef[]): Promise<void>
  /** Resolves when the signal is aborted and the pages in hand are handled. `handle` resolved: done; rejected: deliver again. */
  consume(
    handle: (page: PageRef, context: { readonly signal: AbortSignal }) => Promise<void>,
    options: ConsumeOptions,
  ): Promise<void>
}
