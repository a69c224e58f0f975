import type { Clock } from '../../core/index.js'
import { systemClock } from '../../core/index.js'
import { clampDelay } from '../backoff/index.js'

const SECONDS = /^\d+(\.\d+)?$/
/**
 * The three forms of an HTTP date begin with the day's name; without this, Date.parse takes almost anything.
 */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /
const GMT = / GMT$/

/**
 * What a Retry-After header asks for, in milliseconds from now: 0 for a moment that has passed, at most 24.8
 * days, undefined when it is absent or makes no sense. Dates are compared with `clock.wallNow()`.
 * Source: RFC 9110, sections 10.2.3 and 5.6.7; a fraction of a second is taken too, since servers send it.
 */
export function parseRetryAfter(
  value: string | null | undefined,
  clock: Clock = systemClock,
): number | undefined {
  const text = value?.trim() ?? ''
  if (SECONDS.test(text)) return clampDelay(Number(text) * 1_000)
  if (!HTTP_DATE.test(text)) return undefined
  // The asctime form names no zone, and is in GMT anyway.
  const at = Date.parse(GMT.test(text) ? text : `${text} GMT`)
  return Number.isNaN(at) ? undefined : clampDelay(at - clock.wallNow())
}
