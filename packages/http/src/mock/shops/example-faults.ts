import { seededRandom } from 'async-patterns'
import type { FaultRule } from '../fault.js'

/**
 * One 500 and one 429 with Retry-After: 1, on two different pages that the seed chooses; each page's second
 * try works.
 */
export function exampleFaults(seed: number, pages: number): FaultRule[] {
  const random = seededRandom(seed)
  const failing = 1 + Math.floor(random() * pages)
  const throttled = 1 + ((failing + Math.floor(random() * (pages - 1))) % pages)
  return [
    { page: failing, tries: [1], fault: { kind: 'status', status: 500 } },
    { page: throttled, tries: [1], fault: { kind: 'status', status: 429, retryAfterSeconds: 1 } },
  ]
}
