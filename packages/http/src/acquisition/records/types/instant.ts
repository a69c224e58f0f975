import { shown, Unreadable } from '../unreadable.js'
import type { ZoneReader } from './zone.js'
import { offsetMs, utcTime, zoneReader } from './zone.js'

/** How a date without an offset of its own is understood. */
export interface ZoneOptions {
  /** IANA zone or offset for texts that carry none; without it such a text is rejected. */
  readonly zone?: string | undefined
  /** Which of the two hours is meant when clocks are set back; without it such a time is rejected. */
  readonly repeatedHour?: 'first' | 'second' | undefined
}

/** A date and time by its parts, all of them digits; `offset` is `Z`, `GMT` or `+02:00`. */
export interface DateParts {
  readonly year?: string | undefined
  readonly month?: string | undefined
  readonly day?: string | undefined
  readonly hour?: string | undefined
  readonly minute?: string | undefined
  readonly second?: string | undefined
  readonly fraction?: string | undefined
  readonly offset?: string | undefined
}

/** @throws RangeError for a zone that this Node does not know. */
export function instantReader({
  zone,
  repeatedHour,
}: ZoneOptions): (text: string, parts: DateParts) => string | Unreadable {
  const instantsAt = zone === undefined ? undefined : zoneReader(zone)
  return (text, parts) => {
    const wallTime = wallTimeOf(parts)
    const offset = offsetOf(parts.offset)
    if (Number.isNaN(wallTime) || Number.isNaN(offset)) return invalidDate(text, 'a date that there is')
    const instant =
      offset === undefined ? inZone(text, wallTime, instantsAt, repeatedHour) : wallTime - offset
    if (instant instanceof Unreadable) return instant
    return Number(parts.second) === 60 && !followsLeapSecond(instant)
      ? invalidDate(text, 'a time: second 60 is only at the end of June and December in UTC')
      : isoText(instant)
  }
}

/** NaN when a part is out of its range. A leap second counts as the second after it, as POSIX has it. */
function wallTimeOf({ hour = '0', minute = '0', second = '0', fraction = '', ...date }: DateParts): number {
  const seconds = Number(second)
  if (Number(hour) > 23 || Number(minute) > 59 || seconds > 60) return Number.NaN
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'))
  return dayOf(date) + offsetMs('+', hour, minute) + seconds * 1000 + milliseconds
}

/** Epoch milliseconds of the date's midnight in UTC; NaN when the calendar has no such day. */
export function dayOf({ year, month, day }: DateParts): number {
  return utcTime(Number(year), Number(month), Number(day))
}

/** NaN for more hours or minutes than there are. */
function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(text) ?? []
  if (sign === undefined) return 0
  return Number(hours) > 23 || Number(minutes) > 59 ? Number.NaN : offsetMs(sign, hours, minutes)
}

const firstLeapSecond = Date.UTC(1972, 6, 1)

/** They are inserted at the end of a half-year, since 1972. */
function followsLeapSecond(instant: number): boolean {
  const date = new Date(instant)
  const isHalfYear = date.getUTCMonth() % 6 === 0 && date.getUTCDate() === 1
  return isHalfYear && instant >= firstLeapSecond && date.setUTCHours(0, 0, 0, 0) > instant - 1000
}

function inZone(
  text: string,
  wallTime: number,
  instantsAt: ZoneReader | undefined,
  repeatedHour: ZoneOptions['repeatedHour'],
): number | Unreadable {
  if (instantsAt === undefined) {
    return new Unreadable('NO_ZONE', `${shown(text)} has no zone, and the mapping gives none`)
  }
  const [first, second] = instantsAt(wallTime)
  if (first === undefined)
    return new Unreadable('SKIPPED_TIME', `${shown(text)} does not exist: clocks were set forward`)
  if (second === undefined) return first
  if (repeatedHour === undefined) {
    return new Unreadable(
      'REPEATED_TIME',
      `${shown(text)} happened twice: clocks were set back; see repeatedHour`,
    )
  }
  return repeatedHour === 'first' ? Math.min(first, second) : Math.max(first, second)
}

export function isoText(instant: number): string | Unreadable {
  const date = new Date(instant)
  return Number.isNaN(date.getTime())
    ? invalidDate(instant, 'an instant that a calendar holds')
    : date.toISOString()
}

export function invalidDate(value: unknown, allowed: string): Unreadable {
  return new Unreadable('INVALID_DATE', `${shown(value)} is not ${allowed}`)
}
