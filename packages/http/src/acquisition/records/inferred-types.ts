import { isJsonNumber, isKeptAsNumber, writtenDigits } from './exact-number.js'

/** By field, the types that its values have had: a set of the bits of `TYPES`. */
export type InferredTypes = Readonly<Record<string, number>>

/** What a stored value is, as bits. */
export const TYPES = {
  null: 1,
  boolean: 2,
  integer: 4,
  number: 8,
  text: 16,
  date: 32,
  dateTime: 64,
  list: 128,
  object: 256,
} as const

const { integer, number, text, date, dateTime } = TYPES

/** One set of both: a number may be an integer, and a text a date; a date is no date-time. */
export function merged(a: number, b: number): number {
  let both = a | b
  if ((both & number) !== 0) both &= ~integer
  const dates = date | dateTime
  if ((both & text) === 0 && (both & dates) !== dates) return both
  return (both & ~dates) | text
}

/** Whether a value of the type is no news: nothing is, for whatever is known. */
export function fits(known: number, given: number): boolean {
  return given === TYPES.null || merged(known, given) === known
}

/** `integer or text or null`. */
export function typesText(types: number): string {
  const names = Object.entries(TYPES).filter(([, bit]) => (types & bit) !== 0)
  const [first, ...rest] = names.map(([name]) => (name === 'dateTime' ? 'date-time' : name))
  // Null last, as whoever reads it expects.
  return (first === 'null' && rest.length > 0 ? [...rest, first] : [first, ...rest]).join(' or ')
}

/** The type of a value as it is stored; of a text among others it need not be known whether it is a date. */
export function typeOf(value: unknown, others = 0): number {
  switch (typeof value) {
    case 'string':
      return (others & text) === 0 ? typeOfText(value) : text
    case 'number':
      return Number.isInteger(value) ? integer : number
    case 'boolean':
      return TYPES.boolean
    default:
      if (value === null || value === undefined) return TYPES.null
      if (Array.isArray(value)) return TYPES.list
      return isJsonNumber(value) ? typeOfNumber(value) : TYPES.object
  }
}

/** One that a double does not hold is stored as a text. */
function typeOfNumber(value: Parameters<typeof writtenDigits>[0]): number {
  if (!isKeptAsNumber(value)) return text
  return Number.isInteger(Number(writtenDigits(value))) ? integer : number
}

const day = String.raw`\d{4}-\d{2}-\d{2}`
const zone = String.raw`(?:Z|[+-]\d{2}:\d{2})`
const dayPattern = new RegExp(`^${day}$`)
const dateTimePattern = new RegExp(String.raw`^${day}T\d{2}:\d{2}:\d{2}(?:\.\d+)?${zone}$`)
/** What is a date-time whatever the month is, so that it need not be parsed. */
const plainDateTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/
const [shortestDate, shortestDateTime, longestDate] = [10, 20, 40]
const hyphen = 0x2d

function typeOfText(value: string): number {
  const { length } = value
  if (length < shortestDate || length > longestDate || value.charCodeAt(4) !== hyphen) return text
  if (length === shortestDate) return dayPattern.test(value) && isMoment(value) ? date : text
  if (length < shortestDateTime) return text
  return plainDateTime.test(value) || (dateTimePattern.test(value) && isMoment(value)) ? dateTime : text
}

function isMoment(value: string): boolean {
  return !Number.isNaN(Date.parse(value))
}
