import type { Unreadable } from '../unreadable.js'
import type { DateParts, ZoneOptions } from './instant.js'
import { dayOf, instantReader, invalidDate } from './instant.js'

const months = 'January February March April May June July August September October November December'
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'
const monthNames = months.split(' ')
const dayNames = days.split(' ')
const short = (names: readonly string[]): string[] => names.map(name => name.slice(0, 3))
const anyOf = (name: string, names: readonly string[]): string => `(?<${name}>${names.join('|')})`
const anyOffset = '(?<offset>Z|UTC|UT|GMT|[+-]\\d{2}(?::?\\d{2})?)'

/** All that a pattern may hold besides signs, digits, `'quoted text'` and `[an optional part]`. */
const letters: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  MMMM: anyOf('monthName', monthNames),
  MMM: anyOf('monthName', short(monthNames)),
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  EEEE: anyOf('weekday', dayNames),
  EEE: anyOf('weekday', short(dayNames)),
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  hh: '(?<hour12>\\d{2})',
  h: '(?<hour12>\\d{1,2})',
  a: '(?<half>AM|PM)',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map(n => ['S'.repeat(n), `(?<fraction>\\d{${n}})`] as const),
  ),
  ...Object.fromEntries(['X', 'XX', 'XXX', 'Z', 'z', 'zzz'].map(name => [name, anyOffset] as const)),
}

const vocabulary = `yyyy, M to MMMM, d, dd, EEE, EEEE, H, HH, h, hh, a, mm, ss, S to SSSSSSSSS, X to XXX, Z, z, zzz`

export const rfc1123 = '[EEE, ]d MMM yyyy HH:mm[:ss] z'

type Parts = DateParts & Readonly<Record<'monthName' | 'weekday' | 'hour12' | 'half', string | undefined>>

/**
 * Reads dates as a pattern writes them, names in English. One without a time gives a calendar date, or in a
 * zone the instant of its midnight.
 * @throws RangeError for a pattern that cannot be, with the position.
 */
export function patternReader(pattern: string, options: ZoneOptions): (text: string) => string | Unreadable {
  const expression = compile(pattern)
  const isCalendarDate = givesDay(pattern, options)
  const instantOf = instantReader(options)
  return text => {
    const found = expression.exec(text.trim())?.groups as Parts | undefined
    const parts = found === undefined ? undefined : completed(found)
    if (parts === undefined) return invalidDate(text, `a date as ${pattern} writes it`)
    return isCalendarDate ? calendarDate(text, parts) : instantOf(text, parts)
  }
}

/** Whether a pattern has no time, and no zone that gives it one. @throws RangeError, as `patternReader` does. */
export function givesDay(pattern: string, { zone }: ZoneOptions): boolean {
  return zone === undefined && !/\(\?<(?:hour|hour12|offset)>/.test(compile(pattern).source)
}

export function calendarDate(text: string, parts: DateParts): string | Unreadable {
  return Number.isNaN(dayOf(parts))
    ? invalidDate(text, 'a date that there is')
    : `${parts.year}-${parts.month?.padStart(2, '0')}-${parts.day?.padStart(2, '0')}`
}

/** Names become numbers; undefined when the parts contradict each other. */
function completed({ monthName, weekday, hour12, half, ...parts }: Parts): DateParts | undefined {
  const month = monthName === undefined ? parts.month : String(placeOf(monthName, monthNames) + 1)
  const date = { ...parts, month, offset: parts.offset?.toUpperCase() }
  if (weekday !== undefined && placeOf(weekday, dayNames) !== new Date(dayOf(date)).getUTCDay())
    return undefined
  if (hour12 === undefined) return date
  const hour = Number(hour12)
  if (hour < 1 || hour > 12) return undefined
  return { ...date, hour: String((hour % 12) + (half?.toUpperCase() === 'PM' ? 12 : 0)) }
}

function placeOf(name: string, names: readonly string[]): number {
  return names.findIndex(full => full.toLowerCase().startsWith(name.toLowerCase()))
}

const longestPattern = 100
const token = /([A-Za-z])\1*|'((?:[^']|'')*)'|[^]/g

function compile(pattern: string): RegExp {
  if (pattern.length > longestPattern) throw new RangeError(`it has more than ${longestPattern} characters`)
  let source = ''
  let isOpenEnded = false
  let isOptional = false
  for (const { 0: part, 1: letter, 2: quoted, index } of pattern.matchAll(token)) {
    const piece = letter === undefined ? undefined : letters[part]
    if (letter !== undefined) checkLetters(part, index + 1, piece, source, isOpenEnded)
    isOpenEnded = piece?.includes('{1,2}') === true || (isOpenEnded && (part === '[' || part === ']'))
    if (part === '[' || part === ']') {
      if (isOptional === (part === '[')) throw new RangeError(`${part} at ${index + 1} has no partner`)
      isOptional = !isOptional
      source += isOptional ? '(?:' : ')?'
    } else source += piece ?? literal(part, quoted, index + 1)
  }
  if (isOptional) throw new RangeError('] is missing')
  for (const group of missingFrom(source)) throw new RangeError(`it has no ${group}`)
  return new RegExp(`^${source}$`, 'i')
}

function checkLetters(
  part: string,
  position: number,
  piece: string | undefined,
  before: string,
  isOpenEnded: boolean,
): void {
  if (piece === undefined)
    throw new RangeError(`${part} at ${position} is none of ${vocabulary}; text stands in '…'`)
  const group = /<\w+>/.exec(piece)?.[0] ?? ''
  if (before.includes(group)) throw new RangeError(`${part} at ${position} is there twice`)
  if (isOpenEnded && piece.includes('\\d'))
    throw new RangeError(`${part} at ${position} follows one whose digits have no end; write two letters`)
}

function literal(part: string, quoted: string | undefined, position: number): string {
  if (part === "'") throw new RangeError(`' at ${position} is not closed`)
  const text = quoted === '' ? "'" : (quoted ?? part).replaceAll("''", "'")
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/ /g, '\\s')
}

/** What a date needs, and what a time needs that is there in part. */
function missingFrom(source: string): string[] {
  const has = (group: string): boolean => source.includes(`<${group}>`)
  const missing = [
    has('year') ? '' : 'yyyy',
    has('month') || has('monthName') ? '' : 'MM',
    has('day') ? '' : 'dd',
    has('hour12') && !has('half') ? 'a beside h' : '',
    has('half') && !has('hour12') ? 'h beside a' : '',
    has('minute') && !has('hour') && !has('hour12') ? 'HH before mm' : '',
    has('second') && !has('minute') ? 'mm before ss' : '',
    has('fraction') && !has('second') ? 'ss before S' : '',
  ]
  return missing.filter(text => text !== '')
}
