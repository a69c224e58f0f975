import type { RecordChange } from '../ledger/index.js'
import type { Delivery } from './sink.js'

const MOST_ROWS = 1_000

/** The changes of a stream after a position, so many at once; it ends, by the abort reason, when the delivery does. */
export async function* changesInPortions(
  { records, signal }: Pick<Delivery, 'records' | 'signal'>,
  stream: string,
  after: number,
): AsyncGenerator<readonly RecordChange[], void> {
  let portion: RecordChange[] = []
  for await (const change of records(stream, after)) {
    portion.push(change)
    if (portion.length < MOST_ROWS) continue
    yield portion
    signal.throwIfAborted()
    portion = []
  }
  if (portion.length > 0) yield portion
}

/** Whether anything was committed after a position. */
export async function hasMore(
  { records }: Pick<Delivery, 'records'>,
  stream: string,
  after: number,
): Promise<boolean> {
  for await (const _change of records(stream, after)) return true
  return false
}
