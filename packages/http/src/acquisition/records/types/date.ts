import { isJsonNumber, plainDecimal } from '../exact-number.js'
import { shown, Unreadable, wrongType } from '../unreadable.js'
import type { FieldTypeKind } from './field-type.js'
import type { ZoneReader } from './zone.js'
import { offsetMs, utcTime, zoneReader } from './zone.js'

export interface DateType {
  readonly type: 'date'
  readonly format: 'iso' | 'epoch-seconds' | 'epoch-milliseconds' | 'date'
  /** IANA zone or offset for texts that carry none; without it such a text is rejected. */
  readonly zone?: string | undefined
  /** Which of the two hours is meant when clocks are set back; without it such a time is rejected. */
  readonly repeatedHour?: 'first' | 'second' | undefined
}

export const dateType: FieldTypeKind<DateType> = {
  type: 'date',
  isNumeric: false,
  schema: ({ oneOf, checkedText, succeeds, text }) => ({
    format: oneOf(['iso', 'epoch-seconds', 'epoch-milliseconds', 'date']).prefault('iso'),
    zone: checkedText('an IANA zone such as Europe/Berlin, or an offset such as +02:00', zone =>
      succeeds(() => zoneReader(zone)),
    ).optional(),
    repeatedHour: oneOf(['first', 'second']).optional(),
    default: text().optional(),
  }),
  reader: dateReader,
}

type DateReader = (value: unknown) => string | Unreadable

/**
 * Reads dates exactly: instants as ISO 8601 in UTC with milliseconds (finer fractions are cut off), calendar
 * dates (`format: date`) as they are. A text without zone is read in the mapping's zone, or is unreadable.
 */
function dateReader(type: DateType): DateReader {
  switch (type.format) {
    case 'iso':
      return isoReader(type)
    case 'date':
      return calendarDate
    case 'epoch-seconds':
      return value => epoch(value, 1000)
    default:
      return value => epoch(value, 1)
  }
}

const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s?(?:([Zz])|([+-])(\d{2})(?::?(\d{2}))?)?)?$/

function isoReader({ zone, repeatedHour }: DateType): DateReader {
  const instantsAt = zone === undefined ? undefined : zoneReader(zone)
  return value => {
    if (typeof value !== 'string') return wrongType(value, 'a date as text')
    const parts = isoPattern.exec(value.trim())
    const wallTime = parts === null ? Number.NaN : wallTimeOf(parts)
    if (parts === null || Number.isNaN(wallTime)) return invalidDate(value, 'a date and time by ISO 8601')
    if (parts[8] !== undefined) return isoText(wallTime)
    if (parts[9] === undefined) return inZone(value, wallTime, instantsAt, repeatedHour)
    const offset = offsetMs(parts[9], parts[10], parts[11])
    return Number(parts[10]) > 23 || Number(parts[11] ?? 0) > 59
      ? invalidDate(value, 'a date and time by ISO 8601')
      : isoText(wallTime - offset)
  }
}

/** NaN when a part is out of its range. A leap second counts as the second after it, as POSIX has it. */
function wallTimeOf(parts: RegExpExecArray): number {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = parts
  const seconds = Number(second)
  if (Number(hour) > 23 || Number(minute) > 59 || seconds > 60) return Number.NaN
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'))
  return (
    utcTime(Number(year), Number(month), Number(day)) +
    offsetMs('+', hour, minute) +
    seconds * 1000 +
    milliseconds
  )
}

function inZone(
  text: string,
  wallTime: number,
  instantsAt: ZoneReader | undefined,
  repeatedHour: DateType['repeatedHour'],
): string | Unreadable {
  if (instantsAt === undefined) {
    return new Unreadable('NO_ZONE', `${shown(text)} has no zone, and the mapping gives none`)
  }
  const [first, second] = instantsAt(wallTime)
  if (first === undefined)
    return new Unreadable('SKIPPED_TIME', `${shown(text)} does not exist: clocks were set forward`)
  if (second === undefined) return isoText(first)
  if (repeatedHour === undefined) {
    return new Unreadable(
      'REPEATED_TIME',
      `${shown(text)} happened twice: clocks were set back; see repeatedHour`,
    )
  }
  return isoText(repeatedHour === 'first' ? Math.min(first, second) : Math.max(first, second))
}

/**
 * From here on seconds (the year 5138) or below it milliseconds (March 1973) are taken for a mistaken unit.
 */
const unitLimit = 1e11

function epoch(value: unknown, unitMs: 1 | 1000): string | Unreadable {
  const text =
    typeof value === 'string' ? value.trim() : isJsonNumber(value) ? plainDecimal(value) : undefined
  if (text === undefined) return wrongType(value, 'a number of seconds or milliseconds since 1970')
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return invalidDate(value, 'a number since 1970')
  const number = Number(text)
  const size = Math.abs(number)
  if (unitMs === 1000 && size >= unitLimit) return wrongUnit(value, 'seconds', 'milliseconds')
  if (unitMs === 1 && size < unitLimit) return wrongUnit(value, 'milliseconds', 'seconds')
  return isoText(Math.floor(number * unitMs))
}

function wrongUnit(value: unknown, named: string, rather: string): Unreadable {
  return new Unreadable('EPOCH_UNIT', `${shown(value)} is implausible in ${named}; is it in ${rather}?`)
}

function calendarDate(value: unknown): string | Unreadable {
  if (typeof value !== 'string') return wrongType(value, 'a date as text')
  const text = value.trim()
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  const day = parts === null ? Number.NaN : utcTime(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  return Number.isNaN(day) ? invalidDate(value, 'a date like 2026-03-01') : text
}

function isoText(instant: number): string | Unreadable {
  const date = new Date(instant)
  return Number.isNaN(date.getTime())
    ? invalidDate(instant, 'an instant that a calendar holds')
    : date.toISOString()
}

function invalidDate(value: unknown, allowed: string): Unreadable {
  return new Unreadable('INVALID_DATE', `${shown(value)} is not ${allowed}`)
}
