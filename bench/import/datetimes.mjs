/** Python's datetime and timedelta, and the formats of the CDK's DatetimeParser. */
const SECOND = 1_000_000
const DAY = 86_400 * SECOND

/** A moment: microseconds since 1970 in UTC, and the offset in minutes at which it is shown. */
export class PyDate {
  constructor(us, { offset = 0, dateOnly = false, naive = false } = {}) {
    Object.assign(this, { us, offset, dateOnly, naive })
  }

  valueOf() {
    return this.us
  }

  toString() {
    if (this.dateOnly) return strftime(this, '%Y-%m-%d')
    const fraction = this.us % SECOND === 0 ? '' : '.%f'
    return strftime(this, `%Y-%m-%d %H:%M:%S${fraction}`) + (this.naive ? '' : colonOffset(this.offset))
  }
}

export class PyDelta {
  constructor(us, months = 0) {
    Object.assign(this, { us, months })
  }

  valueOf() {
    return this.us
  }

  toString() {
    const days = Math.floor(this.us / DAY)
    const rest = new Date((this.us - days * DAY) / 1000).toISOString().slice(11, 19).replace(/^0/, '')
    return days === 0 ? rest : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${rest}`
  }
}

export function addDelta(date, delta, sign) {
  let { us } = date
  if (delta.months !== 0) {
    const day = new Date(us / 1000)
    const month = day.getUTCMonth() + sign * delta.months
    const last = new Date(Date.UTC(day.getUTCFullYear(), month + 1, 0)).getUTCDate()
    const moved = Date.UTC(day.getUTCFullYear(), month, Math.min(day.getUTCDate(), last))
    us = moved * 1000 + (us - Math.floor(us / DAY) * DAY)
  }
  return new PyDate(us + sign * delta.us, date)
}

const DURATION =
  /^(?<sign>-)?P(?:(?<Y>[\d.]+)Y)?(?:(?<M>[\d.]+)M)?(?:(?<W>[\d.]+)W)?(?:(?<D>[\d.]+)D)?(?:T(?:(?<h>[\d.]+)H)?(?:(?<m>[\d.]+)M)?(?:(?<s>[\d.]+)S)?)?$/

/** isodate.parse_duration. */
export function parseDuration(text) {
  const parts = DURATION.exec(text)?.groups
  if (parts === undefined) throw new Error(`no ISO 8601 duration: ${text}`)
  const of = name => Number(parts[name] ?? 0)
  const sign = parts.sign === undefined ? 1 : -1
  const us = (of('W') * 7 + of('D')) * DAY + Math.round((of('h') * 3600 + of('m') * 60 + of('s')) * SECOND)
  return new PyDelta(sign * us, sign * (of('Y') * 12 + of('M')))
}

const pad = (number, length = 2) => String(number).padStart(length, '0')

function colonOffset(offset, colon = ':') {
  const minutes = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${colon}${pad(minutes % 60)}`
}

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
]
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const FORMATS = {
  Y: d => pad(d.getUTCFullYear(), 4),
  y: d => pad(d.getUTCFullYear() % 100),
  m: d => pad(d.getUTCMonth() + 1),
  d: d => pad(d.getUTCDate()),
  H: d => pad(d.getUTCHours()),
  I: d => pad(d.getUTCHours() % 12 || 12),
  M: d => pad(d.getUTCMinutes()),
  S: d => pad(d.getUTCSeconds()),
  p: d => (d.getUTCHours() < 12 ? 'AM' : 'PM'),
  B: d => MONTHS[d.getUTCMonth()],
  b: d => MONTHS[d.getUTCMonth()].slice(0, 3),
  A: d => DAYS[d.getUTCDay()],
  a: d => DAYS[d.getUTCDay()].slice(0, 3),
  w: d => String(d.getUTCDay()),
  j: d => pad(Math.floor((d - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000) + 1, 3),
  f: (_, date) => pad(((date.us % SECOND) + SECOND) % SECOND, 6),
  z: (_, date) => (date.naive ? '' : colonOffset(date.offset, '')),
  Z: (_, date) => (date.naive ? '' : 'UTC'),
  s: (_, date) => String(Math.floor(date.us / SECOND)),
  T: d => `${FORMATS.H(d)}:${FORMATS.M(d)}:${FORMATS.S(d)}`,
  F: d => `${FORMATS.Y(d)}-${FORMATS.m(d)}-${FORMATS.d(d)}`,
  '%': () => '%',
}

/** date.strftime(format). */
export function strftime(date, format) {
  const shown = new Date(Math.floor(date.us / 1000) + date.offset * 60_000)
  return format.replace(/%([-#]?)([A-Za-z%])/g, (all, bare, letter) => {
    const text = FORMATS[letter]?.(shown, date) ?? all
    return bare === '' ? text : text.replace(/^0+(?=\d)/, '')
  })
}

/** DatetimeParser.format. */
export function formatDate(date, format) {
  if (format === '%s') return String(Math.trunc(date.us / SECOND))
  if (format === '%s_as_float')
    return Number.isInteger(date.us / SECOND) ? `${date.us / SECOND}.0` : String(date.us / SECOND)
  if (format === '%epoch_microseconds') return String(date.us)
  if (format === '%ms') return String(Math.trunc(date.us / 1000))
  return strftime(
    date,
    format.replaceAll('%_ms', pad(Math.floor((((date.us % SECOND) + SECOND) % SECOND) / 1000), 3)),
  )
}

/** The parts of a format as a regular expression; the order of letters beside it. */
const PARTS = {
  Y: '(\\d{4})',
  m: '(\\d{1,2})',
  d: '(\\d{1,2})',
  H: '(\\d{1,2})',
  I: '(\\d{1,2})',
  M: '(\\d{1,2})',
  S: '(\\d{1,2})',
  f: '(\\d{1,6})',
  z: '(Z|[+-]\\d\\d:?\\d\\d(?::?\\d\\d)?)',
  Z: '([A-Z]{3})',
  y: '(\\d{2})',
  j: '(\\d{1,3})',
  p: '(AM|PM|am|pm)',
  B: `(${MONTHS.join('|')})`,
  b: `(${MONTHS.map(m => m.slice(0, 3)).join('|')})`,
  A: `(${DAYS.join('|')})`,
  a: `(${DAYS.map(d => d.slice(0, 3)).join('|')})`,
  s: '(\\d+)',
}
PARTS.T = `${PARTS.H}:${PARTS.M}:${PARTS.S}`
PARTS.F = `${PARTS.Y}-${PARTS.m}-${PARTS.d}`

const shapes = new Map()

/** The regular expression of a format, without anchors, and the letters of its groups. */
export function shapeOf(format) {
  if (shapes.has(format)) return shapes.get(format)
  if (EPOCHS[format] !== undefined) return { source: format === '%s_as_float' ? '\\d+(?:\\.\\d+)?' : '\\d+' }
  const letters = []
  const escaped = format.replaceAll('%_ms', '%f').replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  const source = escaped.replace(/%-?([A-Za-z%])/g, (all, letter) => {
    if (letter === '%') return '%'
    if (PARTS[letter] === undefined) return all
    letters.push(...({ T: 'HMS', F: 'Ymd' }[letter] ?? letter))
    return PARTS[letter]
  })
  const shape = { source, letters, whole: new RegExp(`^${source}$`) }
  shapes.set(format, shape)
  return shape
}

const EPOCHS = { '%s': SECOND, '%ms': 1000, '%epoch_microseconds': 1, '%s_as_float': SECOND }

/** DatetimeParser.parse; throws where the text does not fit. */
export function parseDate(value, format) {
  const text = String(value)
  if (EPOCHS[format] !== undefined) {
    const number = Number(text)
    if (text === '' || Number.isNaN(number) || (format !== '%s_as_float' && !/^-?\d+$/.test(text)))
      throw misfit(text, format)
    return new PyDate(Math.round(number * EPOCHS[format]))
  }
  const { letters, whole } = shapeOf(format)
  const found = whole.exec(text)
  if (found === null) throw misfit(text, format)
  return fromParts(Object.fromEntries(letters.map((letter, index) => [letter, found[index + 1]])))
}

const misfit = (text, format) => new Error(`time data '${text}' does not match format '${format}'`)

function fromParts(parts) {
  if (parts.s !== undefined) return new PyDate(Number(parts.s) * SECOND)
  const of = (letter, fallback) => Number(parts[letter] ?? fallback)
  const named = parts.B ?? parts.b
  const month = named === undefined ? of('m', 1) - 1 : MONTHS.findIndex(one => one.startsWith(named))
  const year = parts.y === undefined ? of('Y', 1900) : 2000 + Number(parts.y)
  const day = parts.j === undefined ? of('d', 1) : Number(parts.j)
  const hour = parts.p === undefined ? of('H', 0) : (of('I', 12) % 12) + (/p/i.test(parts.p) ? 12 : 0)
  const ms = Date.UTC(year, parts.j === undefined ? month : 0, day, hour, of('M', 0), of('S', 0))
  const offset = offsetOf(parts.z)
  return new PyDate(ms * 1000 + Number((parts.f ?? '').padEnd(6, '0')) - offset * 60 * SECOND, {
    offset,
  })
}

function offsetOf(text) {
  if (text === undefined || text === 'Z') return 0
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)/.exec(text)
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

const ISO = [
  '%Y-%m-%d',
  '%Y-%m-%dT%H:%M:%S%z',
  '%Y-%m-%dT%H:%M:%S.%f%z',
  '%Y-%m-%dT%H:%M:%S',
  '%Y-%m-%dT%H:%M:%S.%f',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%dT%H:%M',
  '%Y-%m-%dT%H:%M%z',
  '%Y%m%d',
  '%Y-%m-%d %H:%M:%S%z',
  '%Y-%m-%d %H:%M:%S.%f%z',
  '%Y%m%dT%H%M%S%z',
  '%Y-%m',
  '%Y',
]

/** str_to_datetime: dateutil's isoparse, in UTC. */
export function parseIso(text) {
  const format = ISO.find(one => shapeOf(one).whole.test(text))
  if (format === undefined) throw new Error(`no ISO 8601 date: ${text}`)
  return new PyDate(parseDate(text, format).us)
}
