/* Moments as records and requests write them. */

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const token = /([A-Za-z])\1*|'((?:[^']|'')*)'|[^]/g

/** How requests write them, by name. */
const NAMED: Readonly<Record<string, string>> = {
  iso: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  isoSeconds: "yyyy-MM-dd'T'HH:mm:ssXXX",
  date: 'yyyy-MM-dd',
  rfc1123: 'EEE, dd MMM yyyy HH:mm:ss z',
}

const EPOCHS: Readonly<Record<string, number>> = {
  epochSeconds: 1e3,
  'epoch-seconds': 1e3,
  epochMillis: 1,
  'epoch-milliseconds': 1,
  epochMicros: 1e-3,
  'epoch-microseconds': 1e-3,
  'epoch-nanoseconds': 1e-6,
}

/** A moment in epoch milliseconds as the format writes it, in a zone; a number where it is one. */
export function writtenMoment(ms: number, format: string, zone = 'UTC'): string | number {
  const unit = EPOCHS[format]
  if (unit !== undefined) return Math.floor(ms / unit)
  const there = new Date(ms + offsetOf(zone, ms))
  return (NAMED[format] ?? format)
    .replace(/[[\]]/g, '')
    .replace(token, (part, letter: string | undefined, quoted: string | undefined) =>
      letter === undefined
        ? quoted === undefined
          ? part
          : quoted.replaceAll("''", "'") || "'"
        : letters(part, there, zone, ms),
    )
}

function letters(part: string, date: Date, zone: string, ms: number): string {
  const [hour, day, month] = [date.getUTCHours(), date.getUTCDate(), date.getUTCMonth()]
  const two = (value: number): string => (part.length > 1 ? String(value).padStart(2, '0') : String(value))
  switch (part[0]) {
    case 'y':
      return String(date.getUTCFullYear())
    case 'M':
      return part.length > 2 ? named(MONTHS, month, part.length > 3) : two(month + 1)
    case 'd':
      return two(day)
    case 'E':
      return named(DAYS, date.getUTCDay(), part.length > 3)
    case 'H':
      return two(hour)
    case 'h':
      return two(hour % 12 || 12)
    case 'a':
      return hour < 12 ? 'AM' : 'PM'
    case 'm':
      return two(date.getUTCMinutes())
    case 's':
      return two(date.getUTCSeconds())
    case 'S':
      return String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0').slice(0, part.length)
    default:
      return offsetText(part, offsetOf(zone, ms))
  }
}

function named(names: readonly string[], index: number, isWhole: boolean): string {
  const name = names[index] ?? ''
  return isWhole ? name : name.slice(0, 3)
}

function offsetText(part: string, offsetMs: number): string {
  if (offsetMs === 0)
    return part.startsWith('z') ? 'GMT' : part.startsWith('x') ? numericOffset(0, part) : 'Z'
  return numericOffset(offsetMs, part)
}

function numericOffset(offsetMs: number, part: string): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map(value => String(value).padStart(2, '0'))
  const sign = offsetMs < 0 ? '-' : '+'
  if (part.length === 1 && rest === '00') return `${sign}${hours}`
  return `${sign}${hours}${part.length === 2 ? '' : ':'}${rest}`
}

/** Between the zone's wall clock and UTC, in milliseconds. */
function offsetOf(zone: string, ms: number): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? []
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  if (zone === 'UTC') return 0
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1_000) * 1_000
}

/** The shortest time that the format tells apart, in milliseconds. */
export function unitOf(format: string): number {
  const epoch = EPOCHS[format]
  if (epoch !== undefined) return Math.max(1, epoch)
  const pattern = (NAMED[format] ?? format).replace(/'(?:[^']|'')*'/g, '')
  if (pattern.includes('S')) return 1
  if (pattern.includes('s')) return 1_000
  if (pattern.includes('m')) return 60_000
  return /[Hh]/.test(pattern) ? 3_600_000 : 86_400_000
}

/** The moment rounded down to what the format tells apart, in the zone. */
export function atUnit(ms: number, format: string, zone = 'UTC'): number {
  const offset = offsetOf(zone, ms)
  const unit = unitOf(format)
  return Math.floor((ms + offset) / unit) * unit - offset
}

/** The moment that a request names in a format, in UTC; undefined where it is none. */
export function readMoment(value: unknown, format: string): number | undefined {
  const unit = EPOCHS[format]
  const text = String(value)
  if (unit !== undefined) return /^-?\d+$/.test(text) ? Number(text) * unit : undefined
  const found = new RegExp(`^${patternSource(NAMED[format] ?? format)}$`).exec(text)?.groups
  if (found === undefined) return undefined
  const { y = '1970', M = '1', d = '1', H = '0', m = '0', s = '0', S = '0' } = found
  return Date.UTC(+y, +M - 1, +d, +H, +m, +s, Number(S.padEnd(3, '0').slice(0, 3)))
}

function patternSource(pattern: string): string {
  return pattern.replace(token, (part, letter: string | undefined, quoted: string | undefined) => {
    if (letter === undefined) return (quoted ?? part).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    if (/[Xxz]/.test(letter)) return '(?:Z|GMT|[+]00(?::?00)?)'
    return `(?<${letter}>\\d{${part.length === 1 && letter !== 'S' ? '1,2' : part.length}})`
  })
}
