import { Moment, Span, TemplateError } from './expression.js'
import type { Constant } from './expression.js'

const DAY = 86_400_000
const pad = (value: number, length = 2): string => String(value).padStart(length, '0')
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] // prettier-ignore
const short = (names: readonly string[]): string[] => names.map(name => name.slice(0, 3))

/** A moment as its zone has it. */
interface Local {
  readonly date: Date
  /** Of its second. */
  readonly micros: number
  readonly moment: Moment
}

const FIELDS: Readonly<Record<string, (local: Local) => string>> = {
  Y: ({ date }) => pad(date.getUTCFullYear(), 4),
  y: ({ date }) => pad(date.getUTCFullYear() % 100),
  m: ({ date }) => pad(date.getUTCMonth() + 1),
  d: ({ date }) => pad(date.getUTCDate()),
  e: ({ date }) => String(date.getUTCDate()).padStart(2, ' '),
  j: ({ date }) => pad(dayOfYear(date), 3),
  H: ({ date }) => pad(date.getUTCHours()),
  I: ({ date }) => pad(date.getUTCHours() % 12 || 12),
  p: ({ date }) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  M: ({ date }) => pad(date.getUTCMinutes()),
  S: ({ date }) => pad(date.getUTCSeconds()),
  f: ({ micros }) => pad(micros, 6),
  _ms: ({ micros }) => pad(Math.floor(micros / 1000), 3),
  z: ({ moment }) => zoneText(moment, ''),
  Z: ({ moment }) => (moment.offset === 0 ? 'UTC' : `UTC${zoneText(moment, ':')}`),
  s: ({ moment }) => String(Math.floor(moment.ms / 1000)),
  ms: ({ moment }) => String(Math.trunc(moment.ms)),
  s_as_float: ({ moment }) =>
    Number.isInteger(moment.ms / 1000) ? `${moment.ms / 1000}.0` : String(moment.ms / 1000),
  epoch_microseconds: ({ moment }) => String(Math.round(moment.ms * 1000)),
  B: ({ date }) => MONTHS[date.getUTCMonth()] ?? '',
  b: ({ date }) => short(MONTHS)[date.getUTCMonth()] ?? '',
  A: ({ date }) => DAYS[date.getUTCDay()] ?? '',
  a: ({ date }) => short(DAYS)[date.getUTCDay()] ?? '',
  w: ({ date }) => String(date.getUTCDay()),
  u: ({ date }) => String(date.getUTCDay() || 7),
  U: ({ date }) => pad(Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7)),
  W: ({ date }) => pad(Math.floor((dayOfYear(date) + 6 - ((date.getUTCDay() + 6) % 7)) / 7)),
  G: ({ date }) => pad(thursdayOf(date).getUTCFullYear(), 4),
  V: ({ date }) => pad(Math.ceil(dayOfYear(thursdayOf(date)) / 7)),
  '%': () => '%',
}

/** Fields that stand for several. */
const COMPOUNDS: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  c: '%a %b %e %H:%M:%S %Y',
} // prettier-ignore

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - dateAt(date.getUTCFullYear(), 1, 1)) / DAY) + 1
}

/** Of its week, whose year is the week's. */
function thursdayOf(date: Date): Date {
  return new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY)
}

/** The pieces of a format such as `%Y-%m-%d`: the name of a field, or a text. */
export function formatPieces(format: string): ({ readonly field: string } | { readonly text: string })[] {
  return [...format.matchAll(/%(_ms|ms|s_as_float|epoch_microseconds|-?[A-Za-z%])|[^%]+|%/g)].flatMap(
    ([whole, field]) => {
      if (field === undefined) return [{ text: whole }]
      const parts = COMPOUNDS[field]
      return parts === undefined ? [{ field }] : formatPieces(parts)
    },
  )
}

/** As strftime does it, in the moment's zone. @throws TemplateError for a field that is not known. */
export function formatted(moment: Moment, format: string): string {
  const micros = Math.round(moment.ms * 1000)
  const ofSecond = ((micros % 1e6) + 1e6) % 1e6
  const date = new Date((micros - ofSecond) / 1000 + moment.offset)
  return formatPieces(format)
    .map(piece => ('text' in piece ? piece.text : fieldText(piece.field, { date, micros: ofSecond, moment })))
    .join('')
}

/** `%-d` is `%d` without what fills it up. */
function fieldText(field: string, local: Local): string {
  const write = FIELDS[field.replace('-', '')]
  if (write === undefined) throw new TemplateError(`%${field} in a date's format is not understood`)
  return field.startsWith('-') ? write(local).replace(/^[0 ]+(?=.)/, '') : write(local)
}

function zoneText({ offset }: Moment, colon: string): string {
  const minutes = Math.abs(offset) / 60_000
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${colon}${pad(minutes % 60)}`
}

/** As Python writes a date, or a date with time: without a fraction that is zero. */
export function isoText(moment: Moment, sign: ' ' | 'T'): string {
  if (moment.isDate) return formatted(moment, '%Y-%m-%d')
  const fraction = Number.isInteger(moment.ms / 1000) ? '' : '.%f'
  return formatted(moment, `%Y-%m-%d${sign}%H:%M:%S${fraction}`) + zoneText(moment, ':')
}

/** `1 day, 2:03:04`. */
export function spanText({ ms }: Span): string {
  const days = Math.floor(ms / DAY)
  const { date, micros } = { date: new Date(ms - days * DAY), micros: Math.round(ms * 1000) % 1e6 }
  const time = `${date.getUTCHours()}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`
  const fraction = micros === 0 ? '' : `.${pad((micros + 1e6) % 1e6, 6)}`
  return (days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `) + time + fraction
}

/** What a date has by these names; undefined for others. */
export function dateField(moment: Moment, name: string): Constant {
  const letters: Readonly<Record<string, string>> = {
    year: 'Y',
    month: 'm',
    day: 'd',
    hour: 'H',
    minute: 'M',
    second: 'S',
    microsecond: 'f',
  }
  const letter = Object.hasOwn(letters, name) ? letters[name] : undefined
  return letter === undefined ? undefined : Number(formatted(moment, `%${letter}`))
}

/** `replace(day=1)`. @throws TemplateError for what a date does not have. */
export function moved(moment: Moment, changes: Readonly<Record<string, Constant>>): Moment {
  const of = (name: string): number => Number(changes[name] ?? dateField(moment, name))
  const unknown = Object.keys(changes).find(name => typeof dateField(moment, name) !== 'number')
  const isNumbers = Object.values(changes).every(value => typeof value === 'number')
  if (unknown !== undefined || !isNumbers)
    throw new TemplateError(`replace(${unknown ?? ''}) of a date is not understood`)
  const at = dateAt(of('year'), of('month'), of('day'), of('hour'), of('minute'), of('second'))
  return new Moment(at + of('microsecond') / 1000 - moment.offset, moment.isDate, moment.offset)
}

/** @throws TemplateError for a day that its month does not have. */
function dateAt(year: number, month: number, day: number, ...time: readonly number[]): number {
  const [hour = 0, minute = 0, second = 0] = time
  const at = new Date(0)
  at.setUTCFullYear(year, month - 1, day)
  at.setUTCHours(hour, minute, second)
  if (at.getUTCDate() !== day || at.getUTCMonth() !== month - 1)
    throw new TemplateError(`${pad(year, 4)}-${pad(month)}-${pad(day)} is no day`)
  return at.getTime()
}

const anyOf = (names: readonly string[]): string => names.toSorted((a, b) => b.length - a.length).join('|')

const PARSED: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d\\d)',
  m: '(?<m>1[0-2]|0[1-9]|[1-9])',
  d: '(?<d>3[01]|[12]\\d|0[1-9]|[1-9]| [1-9])',
  j: '(?<j>36[0-6]|3[0-5]\\d|[12]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9])',
  H: '(?<H>2[0-3]|[01]\\d|\\d)',
  I: '(?<I>1[0-2]|0[1-9]|[1-9])',
  p: '(?<p>am|pm)',
  M: '(?<M>[0-5]\\d|\\d)',
  S: '(?<S>6[01]|[0-5]\\d|\\d)',
  f: '(?<f>\\d{1,6})',
  _ms: '(?<f>\\d{1,6})',
  z: '(?<z>Z|[+-]\\d\\d:?[0-5]\\d)',
  Z: '(?:utc|gmt)',
  B: `(?<B>${anyOf(MONTHS)})`,
  b: `(?<b>${anyOf(short(MONTHS))})`,
  A: `(?:${anyOf(DAYS)})`,
  a: `(?:${anyOf(short(DAYS))})`,
  '%': '%',
} // prettier-ignore

/** As the CDK reads a date. @throws TemplateError when the text does not have the format. */
export function parsed(text: string, format: string): Moment {
  if (format === '%s') return new Moment(numberIn(text, /^\s*[-+]?\d+\s*$/) * 1000)
  if (format === '%ms') return new Moment(numberIn(text, /^\s*[-+]?\d+\s*$/))
  if (format === '%epoch_microseconds') return new Moment(numberIn(text, /^\s*[-+]?\d+\s*$/) / 1000)
  if (format === '%s_as_float') return new Moment(numberIn(text, /^\s*[-+]?\d+(?:\.\d*)?\s*$/) * 1000)
  const pattern = formatPieces(format)
    .map(piece => ('text' in piece ? escaped(piece.text) : (PARSED[piece.field] ?? '(?!)')))
    .join('')
  const fields = isOnce(pattern) ? new RegExp(`^${pattern}$`, 'i').exec(text)?.groups : undefined
  if (fields === undefined)
    throw new TemplateError(`${JSON.stringify(text)} is no date of the form ${format}`)
  return momentOf(fields)
}

/** A field that stands there twice is an error of Python's too. */
function isOnce(pattern: string): boolean {
  const names = Array.from(pattern.matchAll(/\(\?<(\w)>/g), ([, name]) => name)
  return new Set(names).size === names.length
}

function momentOf(fields: Readonly<Record<string, string | undefined>>): Moment {
  const { Y, y, j, H, I, p = '', M = '0', S = '0', f = '0', z = 'Z', d = '1' } = fields
  const year = y === undefined ? Number(Y ?? 1900) : Number(y) + (Number(y) < 69 ? 2000 : 1900)
  const hour = I === undefined ? Number(H ?? 0) : (Number(I) % 12) + (p.toLowerCase() === 'pm' ? 12 : 0)
  const day =
    j === undefined ? dateAt(year, monthOf(fields), Number(d)) : dateAt(year, 1, 1) + (Number(j) - 1) * DAY
  const offset = offsetOf(z)
  const time = (hour * 60 + Number(M)) * 60_000 + Number(S) * 1000 + Number(f.padEnd(6, '0')) / 1000
  return new Moment(day + time - offset, false, offset)
}

function monthOf({ m, b, B }: Readonly<Record<string, string | undefined>>): number {
  const name = (b ?? B)?.slice(0, 3).toLowerCase()
  return name === undefined ? Number(m ?? 1) : short(MONTHS).findIndex(one => one.toLowerCase() === name) + 1
}

function numberIn(text: string, form: RegExp): number {
  if (!form.test(text)) throw new TemplateError(`${JSON.stringify(text)} is no moment in numbers`)
  return Number(text)
}

/** Spaces of a format are any spaces of the text. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+')
}

function offsetOf(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

const ISO =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?|(\d{2})(\d{2}))?(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/

/** A date in ISO 8601; without a zone it is in UTC. @throws TemplateError when it is none. */
export function isoMoment(text: string): Moment {
  const match = ISO.exec(text)
  if (match === null) throw new TemplateError(`${JSON.stringify(text)} is no date in ISO 8601`)
  const [year = 0, month, day, monthAlone, dayAlone, hour = 0, minute = 0, second = 0] = match
    .slice(1, 9)
    .map(part => (part === undefined ? undefined : Number(part)))
  const [fraction = '0', zone = 'Z'] = match.slice(9)
  if (hour * 3600 + minute * 60 + second > 86_400 || minute > 59 || second > 59)
    throw new TemplateError(`${JSON.stringify(text)} has no such time`)
  const at =
    dateAt(year, month ?? monthAlone ?? 1, day ?? dayAlone ?? 1) + ((hour * 60 + minute) * 60 + second) * 1000
  return new Moment(at + Number(fraction.slice(0, 6).padEnd(6, '0')) / 1000 - offsetOf(zone))
}

const DURATION =
  /^P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
const UNITS = [365 * DAY, 30 * DAY, 7 * DAY, DAY, 3_600_000, 60_000, 1000]

/** `P1DT2H`; a month counts as 30 days and a year as 365. @throws TemplateError when it is no duration. */
export function isoSpan(text: string): Span {
  const match = DURATION.exec(text.trim())
  if (match === null) throw new TemplateError(`${JSON.stringify(text)} is no duration such as P30D`)
  return new Span(UNITS.reduce((sum, unit, at) => sum + Number(match[at + 1] ?? 0) * unit, 0))
}
