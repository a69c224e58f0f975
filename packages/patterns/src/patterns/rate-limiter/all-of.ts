import type { TimedGate } from './timed-gate.js'
import { JointGate } from './joint-gate.js'
import { gateOf, RateLimiter } from './rate-limiter.js'

/** Several limiters as one: see `allOf`. */
export class JointRateLimiter extends RateLimiter {
  constructor(limiters: readonly RateLimiter[]) {
    const first = limiters[0]
    if (first === undefined) throw new RangeError('allOf is given no limiter; allowed is one or more')
    super('joint-rate-limiter', new JointGate(gatesOf(limiters), first[gateOf].clock))
  }
}

/**
 * Takes from all of the limiters at the same moment, or from none: `allOf(perHost, global)`. Whoever gives up
 * or is refused has taken from none of them. It waits in the line of each; while another limiter holds it
 * up, those behind it go past, so a slow host does not stop the global limit. The price: where two limits are
 * both exhausted by callers that need one alone, who needs both may wait long.
 *
 * All of the limiters share one clock. One that is named twice counts once.
 * @throws RangeError when no limiter is given.
 */
export function allOf(...limiters: readonly RateLimiter[]): JointRateLimiter {
  return new JointRateLimiter(limiters)
}

function gatesOf(limiters: readonly RateLimiter[]): TimedGate[] {
  const gates = limiters.map(limiter => limiter[gateOf])
  return [...new Set(gates.flatMap(gate => (gate instanceof JointGate ? gate.gates : [gate as TimedGate])))]
}
