import type { Clock } from 'async-patterns'
import type { StoredRecords } from '../ledger/index.js'
import type { Deliveries } from './deliveries.js'

/** So long after a delivery the next one begins; twice as long after each that failed, up to the longest. */
const PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Delivers to the sinks that want it as a run goes on. It waits for nothing but itself: a destination that is slow or
 * away keeps no page from being taken. Disposing of it ends it, and waits for the delivery that is going on.
 */
export class ContinuousDelivery implements AsyncDisposable {
  readonly #stop = new AbortController()
  readonly #done: Promise<void>

  constructor(deliveries: Deliveries, stored: StoredRecords, clock: Clock) {
    const names = deliveries.continuous
    this.#done = names.length === 0 ? Promise.resolve() : this.#goOn(deliveries, stored, { clock, names })
  }

  async #goOn(
    deliveries: Deliveries,
    stored: StoredRecords,
    { clock, names }: { readonly clock: Clock; readonly names: readonly string[] },
  ): Promise<void> {
    const { signal } = this.#stop
    for (let pauseMs = PAUSE_MS; !signal.aborted; ) {
      await clock.sleep(pauseMs, { signal }).catch(() => undefined)
      const sinks = await deliveries.deliver(stored, signal, names)
      const hasFailed = sinks.some(({ status }) => status === 'failed')
      pauseMs = hasFailed ? Math.min(2 * pauseMs, LONGEST_PAUSE_MS) : PAUSE_MS
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#done
  }
}
