import type { Context } from '../../core/index.js'
import {
  AcquireTimeoutError,
  abortReason,
  DeadlineExceededError,
  QueueFullError,
  TimeoutError,
} from '../../core/index.js'
import { BreakerOpenError } from './breaker-open-error.js'
import type { Verdict } from './circuit-breaker-options.js'

/** What an error says about the remote, unless `classify` says it: see the option. */
export function defaultVerdict(error: unknown, context: Context, wasSlow: boolean): Verdict {
  const reason = context.aborted ? abortReason(context) : error
  // A deadline may have been used up elsewhere; only if this call was slow too is the remote to blame.
  if (reason instanceof DeadlineExceededError) return wasSlow ? 'failure' : 'ignore'
  if (context.aborted) return isTimeout(reason) ? 'failure' : 'ignore'
  return isRefusal(error) ? 'ignore' : 'failure'
}

/** Ours and that of `AbortSignal.timeout` have the name in common. A caller's impatience is how a hung remote shows. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

/** Nothing was sent, so nothing was learnt. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof BreakerOpenError ||
    error instanceof QueueFullError ||
    error instanceof AcquireTimeoutError
  )
}

/** Whether the remote was given less time than the limit, because our own event loop stood still meanwhile. */
export function isStallsFault(error: unknown, latencyMs: number): boolean {
  return error instanceof TimeoutError && latencyMs < error.timeoutMs
}
