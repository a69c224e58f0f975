import type { Context } from '../../core/index.js'
import { abortReason } from '../../core/index.js'
import type { Verdict } from './circuit-breaker-options.js'

/** The refusals of policies inside: nothing was sent, so nothing was learnt. */
const REFUSALS: readonly unknown[] = [
  'CIRCUIT_OPEN',
  'QUEUE_FULL',
  'ACQUIRE_TIMEOUT',
  'COST_TOO_HIGH',
  'CLEARED',
]

/**
 * What this package's errors carry; by it they are known even if another copy of the package has made them.
 */
interface Coded {
  readonly code?: unknown
  readonly name?: unknown
  readonly timeoutMs?: number
}

/** What an error says about the remote, unless `classify` says it: see the option. */
export function defaultVerdict(error: unknown, context: Context, wasSlow: boolean): Verdict {
  const { code, name } = coded(context.aborted ? abortReason(context) : error)
  // A deadline may have been used up elsewhere; only if this call was slow too is the remote to blame.
  if (code === 'DEADLINE_EXCEEDED') return wasSlow ? 'failure' : 'ignore'
  // Ours, whose name a minifier may change, and that of AbortSignal.timeout. A caller's impatience is how a
  // hung remote shows.
  if (code === 'TIMEOUT' || name === 'TimeoutError') return 'failure'
  return context.aborted || REFUSALS.includes(code) ? 'ignore' : 'failure'
}

/**
 * Whether the remote was given less time than the limit, because our own event loop stood still meanwhile.
 */
export function isStallsFault(error: unknown, latencyMs: number): boolean {
  const { code, timeoutMs = 0 } = coded(error)
  return code === 'TIMEOUT' && latencyMs < timeoutMs
}

function coded(error: unknown): Coded {
  return Object(error) as Coded
}
