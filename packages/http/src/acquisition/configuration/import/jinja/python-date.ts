import { Moment, Span, TemplateError } from './expression.js'

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

const FIELDS: Readonly<Record<string, (date: Date) => string>> = {
  Y: date => pad(date.getUTCFullYear(), 4),
  y: date => pad(date.getUTCFullYear() % 100),
  m: date => pad(date.getUTCMonth() + 1),
  d: date => pad(date.getUTCDate()),
  H: date => pad(date.getUTCHours()),
  I: date => pad(date.getUTCHours() % 12 || 12),
  p: date => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  M: date => pad(date.getUTCMinutes()),
  S: date => pad(date.getUTCSeconds()),
  f: date => pad(date.getUTCMilliseconds() * 1000, 6),
  _ms: date => pad(date.getUTCMilliseconds(), 3),
  z: () => '+0000',
  Z: () => 'UTC',
  s: date => String(Math.floor(date.getTime() / 1000)),
  ms: date => String(date.getTime()),
  s_as_float: date => (date.getTime() / 1000).toFixed(1),
  epoch_microseconds: date => String(date.getTime() * 1000),
  B: date => MONTHS[date.getUTCMonth()] ?? '',
  b: date => (MONTHS[date.getUTCMonth()] ?? '').slice(0, 3),
  A: date => DAYS[date.getUTCDay()] ?? '',
  a: date => (DAYS[date.getUTCDay()] ?? '').slice(0, 3),
  '%': () => '%',
}

/** The pieces of a format such as `%Y-%m-%d`: the name of a field, or a text. */
export function formatPieces(format: string): ({ readonly field: string } | { readonly text: string })[] {
  return [...format.matchAll(/%(_ms|ms|s_as_float|epoch_microseconds|[A-Za-z%])|[^%]+|%/g)].map(
    ([whole, field]) => (field === undefined ? { text: whole } : { field }),
  )
}

/** As strftime does it, in UTC. @throws TemplateError for a field that is not known. */
export function formatted({ ms }: Moment, format: string): string {
  const date = new Date(ms)
  return formatPieces(format)
    .map(piece => ('text' in piece ? piece.text : fieldOf(piece.field)(date)))
    .join('')
}

function fieldOf(field: string): (date: Date) => string {
  const found = FIELDS[field]
  if (found === undefined) throw new TemplateError(`%${field} in a date's format is not understood`)
  return found
}

const PARSED: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  f: '(?<f>\\d{1,6})',
  _ms: '(?<f>\\d{1,6})',
  z: '(?<z>Z|[+-]\\d\\d:?\\d\\d)',
  '%': '%',
} // prettier-ignore

/** As strptime does it. @throws TemplateError when the text does not have the format. */
export function parsed(text: string, format: string): Moment {
  if (format === '%s' || format === '%s_as_float') return new Moment(Number(text) * 1000)
  if (format === '%ms') return new Moment(Number(text))
  const pattern = formatPieces(format)
    .map(piece => ('text' in piece ? escaped(piece.text) : (PARSED[piece.field] ?? '(?!)')))
    .join('')
  const match = new RegExp(`^${pattern}$`).exec(text)
  if (match?.groups === undefined)
    throw new TemplateError(`${JSON.stringify(text)} is no date of the form ${format}`)
  const { Y = '1900', m = '1', d = '1', H = '0', M = '0', S = '0', f = '0', z = 'Z' } = match.groups
  const at = Date.UTC(Number(Y), Number(m) - 1, Number(d), Number(H), Number(M), Number(S))
  return new Moment(at + Math.floor(Number(f.padEnd(6, '0')) / 1000) - offsetOf(z))
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function offsetOf(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

const ISO =
  /^(\d{4})-?(\d{2})(?:-?(\d{2}))?(?:[T ](\d{2}):?(\d{2})?(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/

/** A date in ISO 8601; without a zone it is in UTC. @throws TemplateError when it is none. */
export function isoMoment(text: string): Moment {
  const match = ISO.exec(text)
  if (match === null) throw new TemplateError(`${JSON.stringify(text)} is no date in ISO 8601`)
  const [, year, month, day = '1', hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match
  const at = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
  const ms = Math.floor(Number(`0.${fraction}`) * 1000)
  return new Moment(at + ms - offsetOf(/^[+-]\d\d$/.test(zone) ? `${zone}00` : zone))
}

const DURATION =
  /^P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
const DAY = 86_400_000
const UNITS = [365 * DAY, 30 * DAY, 7 * DAY, DAY, 3_600_000, 60_000, 1000]

/** `P1DT2H`; a month counts as 30 days and a year as 365. @throws TemplateError when it is no duration. */
export function isoSpan(text: string): Span {
  const match = DURATION.exec(text.trim())
  if (match === null) throw new TemplateError(`${JSON.stringify(text)} is no duration such as P30D`)
  return new Span(UNITS.reduce((sum, unit, at) => sum + Number(match[at + 1] ?? 0) * unit, 0))
}
