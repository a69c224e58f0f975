import type { Partition } from '../../ledger/index.js'
import { momentFormat } from '../since/since-format.js'
import type { Span } from '../since/span.js'
import { earlier, later } from '../since/span.js'

/** Windows of time that follow each other: they are counted from the start, so that months do not drift. */
export interface DateWindows {
  /** In epoch milliseconds, or so long before the run. */
  readonly start: number | Span
  /** Default: when the run began. */
  readonly end?: number | Span | undefined
  readonly step: Span
  /** A window ends so much before the next one begins. Default 0: they share their ends. */
  readonly granularity?: Span | undefined
  /** How their ends are sent, as that of `since`. */
  readonly format: string
}

/** The ends of each window, by reference; `startedAt`: of the run, in epoch milliseconds. */
export function* windowsOf(as: string, windows: DateWindows, startedAt: number): Generator<Partition> {
  const { start, end, step, granularity = { months: 0, ms: 0 }, format } = windows
  const momentOf = (bound: number | Span): number =>
    typeof bound === 'number' ? bound : earlier(startedAt, bound)
  const [first, last] = [momentOf(start), end === undefined ? startedAt : momentOf(end)]
  const sent = momentFormat(format)
  const at = (index: number): number => later(first, { months: step.months * index, ms: step.ms * index })
  for (let index = 0; at(index) < last; index += 1) {
    const next = at(index + 1)
    const until = next >= last ? last : earlier(next, granularity)
    yield { [`${as}.from`]: sent.write(at(index)), [`${as}.until`]: sent.write(until) }
  }
}
