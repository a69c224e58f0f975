import type { Clock } from '../../core/index.js'
import { systemClock } from '../../core/index.js'
import { clampDelay } from '../backoff/index.js'

/** A wish for a longer wait than this was not meant as it reads. */
export const LONGEST_PLAUSIBLE_WISH_MS = 31 * 86_400_000

const NUMBER = /^\d+(\.\d+)?$/
/** `2s`, `500ms`, `1m30s`: no standard knows them, and servers send them. */
const SPELLED = /^(?=\d)(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/
const SPELLED_MS = [3_600_000, 60_000, 1_000, 1] as const
/**
 * The three forms of an HTTP date begin with the day's name, and some servers leave it out; without this,
 * Date.parse takes almost anything.
 */
const HTTP_DATE = /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? |\d\d? [a-z]{3,9} \d{4} )/i
const ISO_DATE =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d))?)?$/i
const ZONE = / (?:Z|GMT|UTC|[+-]\d{4})$/i
/** A comma that ends a value, and not the name of a date's day. */
const BETWEEN_VALUES = /(?<!\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*),/i

/** From this number of seconds on (September 2001) it is a moment: a Unix time in seconds. */
const FIRST_EPOCH = 1e9
/** Unix times in finer units: milliseconds from here on, and so forth. */
const FINER_UNITS = [
  [1e17, 1e6],
  [1e14, 1e3],
  [1e11, 1],
] as const

/**
 * What a Retry-After header asks for, in milliseconds from now: 0 for a moment that has passed, at most 24.8
 * days, undefined when it is absent or makes no sense. Moments are compared with `clock.wallNow()`.
 * It takes what `delayAskedFor` takes.
 */
export function parseRetryAfter(
  value: string | null | undefined,
  clock: Pick<Clock, 'wallNow'> = systemClock,
): number | undefined {
  const delayMs = delayAskedFor(value, clock.wallNow())
  return delayMs === undefined ? undefined : clampDelay(delayMs)
}

/**
 * The wait that a header's value asks for, in milliseconds from `now` (epoch milliseconds), without a bound:
 * 0 for a moment that has passed, undefined when it is absent or makes no sense.
 *
 * A number below 10^9 is a span in seconds; from there on it is a Unix time in seconds or a finer unit. Dates
 * are HTTP dates (RFC 9110, 5.6.7) or ISO 8601, in UTC where they name no zone. Fractions and units (`1.5`,
 * `500ms`) are taken too, since servers send them. Of several values the longest that is plausible counts (up
 * to 31 days), else the longest.
 */
export function delayAskedFor(value: string | null | undefined, now: number): number | undefined {
  const delays = (value ?? '')
    .split(BETWEEN_VALUES)
    .map(text => delayOf(text.trim().replace(/^"(.*)"$/, '$1'), now))
    .filter(delayMs => delayMs !== undefined)
  if (delays.length === 0) return undefined
  const plausible = delays.filter(delayMs => delayMs <= LONGEST_PLAUSIBLE_WISH_MS)
  return Math.max(...(plausible.length > 0 ? plausible : delays))
}

function delayOf(text: string, now: number): number | undefined {
  if (NUMBER.test(text)) return ofNumber(Number(text), now)
  const spelled = text.length > 32 ? null : SPELLED.exec(text)
  if (spelled !== null)
    return SPELLED_MS.reduce((sum, ms, index) => sum + Number(spelled[index + 1] ?? 0) * ms, 0)
  const at = momentOf(text)
  return at === undefined ? undefined : Math.max(0, at - now)
}

function ofNumber(value: number, now: number): number {
  if (value < FIRST_EPOCH) return value * 1_000
  const finer = FINER_UNITS.find(([from]) => value >= from)
  const at = finer === undefined ? value * 1_000 : value / finer[1]
  return Math.max(0, at - now)
}

/** A text without a zone is in UTC: the asctime form of an HTTP date has none either. */
function momentOf(text: string): number | undefined {
  const iso = ISO_DATE.exec(text)
  if (iso === null && !HTTP_DATE.test(text)) return undefined
  const [, day, time = '00:00', zone = 'Z'] = iso ?? []
  const utc = /^[a-z]/i.test(zone) ? 'Z' : zone
  const at = Date.parse(iso === null ? (ZONE.test(text) ? text : `${text} GMT`) : `${day}T${time}${utc}`)
  return Number.isNaN(at) ? undefined : at
}
