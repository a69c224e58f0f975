import type { RecordChange } from '../../ledger/index.js'
import type { DeliveredStream, StreamDelivered } from '../sink.js'

/** What records are on standard output: texts of whole lines. */
export interface MessageFormat {
  /** Before the first record of a stream that has some. */
  head(stream: DeliveredStream): string
  /** `at`: when the delivery began, in epoch milliseconds. */
  line(change: RecordChange, stream: DeliveredStream, at: number): string
  /** After each stream: how far those so far were delivered. */
  end(ledgerId: string, delivered: readonly StreamDelivered[]): string
}
