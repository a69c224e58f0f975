import { contextOf, disposeValue, runOperation } from '../../core/index.js'
import type { Clock, Discard, Operation } from '../../core/index.js'
import { Timeout } from '../timeout/index.js'

/** Runs a piece of work; it rejects with TimeoutError when that takes longer than it may. */
export type TimeBound = <R>(work: Operation<R>) => Promise<R>

/** What comes later than `timeoutMs` goes to `discard`; Infinity waits for ever. */
export function timeBound(timeoutMs: number, clock: Clock, discard: Discard = disposeValue): TimeBound {
  if (timeoutMs === Infinity) return work => runOperation(work, contextOf(undefined))
  const timeout = new Timeout({ timeoutMs, clock, discard })
  return work => timeout.execute(work)
}
