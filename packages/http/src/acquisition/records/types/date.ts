import { isJsonNumber, writtenDigits } from '../exact-number.js'
import type { Unreadable } from '../unreadable.js'
import { wrongType } from '../unreadable.js'
import type { ColumnType } from './column-type.js'
import { calendarDate, givesDay, patternReader, rfc1123 } from './date-pattern.js'
import { epochFormats, epochReader } from './epoch.js'
import type { FieldTypeKind, JsonSchema } from './field-type.js'
import type { ZoneOptions } from './instant.js'
import { instantReader, invalidDate } from './instant.js'
import { zoneReader } from './zone.js'

export interface DateType extends ZoneOptions {
  readonly type: 'date'
  /**
   * `iso`, `date` (a day of the calendar), `rfc1123`, `epoch-seconds` to `epoch-nanoseconds`, or a pattern
   * such as `dd.MM.yyyy HH:mm`.
   */
  readonly format: string
}

const formats = ['iso', 'date', 'rfc1123', ...epochFormats] as const

export const dateType: FieldTypeKind<DateType> = {
  type: 'date',
  isNumeric: false,
  stored: storedDate,
  column: columnOfDate,
  schema: ({ oneOf, oneOrPattern, checkedText, succeeds, text }) => ({
    format: oneOrPattern(formats, pattern => patternReader(pattern, {})).prefault('iso'),
    zone: checkedText('an IANA zone such as Europe/Berlin, or an offset such as +02:00', zone =>
      succeeds(() => zoneReader(zone)),
    ).optional(),
    repeatedHour: oneOf(['first', 'second']).optional(),
    default: text().optional(),
  }),
  reader: dateReader,
}

function storedDate(type: DateType): JsonSchema {
  return { type: 'string', format: columnOfDate(type) === 'date' ? 'date' : 'date-time' }
}

function columnOfDate({ format, ...zone }: DateType): ColumnType {
  const isPattern = !(formats as readonly string[]).includes(format)
  return format === 'date' || (isPattern && givesDay(format, zone)) ? 'date' : 'instant'
}

/**
 * Reads dates exactly: instants as ISO 8601 in UTC with milliseconds (finer fractions are cut off), calendar
 * dates (`format: date`) as they are. A text without zone is read in the mapping's zone, or is unreadable.
 */
function dateReader(type: DateType): (value: unknown) => string | Unreadable {
  const { format } = type
  const epoch = epochFormats.find(name => name === format)
  if (epoch !== undefined) return epochReader(epoch)
  const isPattern = !(formats as readonly string[]).includes(format)
  const read = textReader(type)
  return value => {
    // `yyyyMMdd` may well be a number: 20260301.
    const text = isPattern && isJsonNumber(value) ? writtenDigits(value) : value
    return typeof text === 'string' ? read(text) : wrongType(value, 'a date as text')
  }
}

function textReader({ format, ...zone }: DateType): (text: string) => string | Unreadable {
  switch (format) {
    case 'iso':
      return isoReader(zone)
    case 'date':
      return isoDate
    default:
      return patternReader(format === 'rfc1123' ? rfc1123 : format, zone)
  }
}

const isoPattern =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[Tt ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d+))?)?\s?(?<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/

const longestStored = '2026-03-01T12:00:00.000Z'.length

/** What most services write: in UTC, and so near to what is stored that it need not be taken apart. */
const storedForm =
  /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/

function isoReader(zone: ZoneOptions): (text: string) => string | Unreadable {
  const instantOf = instantReader(zone)
  return text => {
    if (storedForm.test(text)) return text.length === longestStored ? text : `${text.slice(0, -1)}.000Z`
    const parts = isoPattern.exec(text.trim())?.groups
    return parts === undefined ? invalidDate(text, 'a date and time by ISO 8601') : instantOf(text, parts)
  }
}

function isoDate(text: string): string | Unreadable {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim()) ?? []
  return year === undefined
    ? invalidDate(text, 'a date like 2026-03-01')
    : calendarDate(text, { year, month, day })
}
