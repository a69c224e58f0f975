/** What the first request of a stream's dialogues looks like: texts, with holes where dates stand. */
import { formatDate, parseDate, PyDate, shapeOf } from './datetimes.mjs'
import { flat } from './cdk-stream.mjs'

const HOLE_DATES = [new PyDate(1_646_370_367_000_000), new PyDate(1_678_792_461_000_000)]
const LATER = [new PyDate(1_668_799_221_000_000), new PyDate(1_699_275_909_000_000)]
const USUAL = [
  '%Y-%m-%dT%H:%M:%SZ',
  '%Y-%m-%dT%H:%M:%S.%fZ',
  '%Y-%m-%dT%H:%M:%S',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%d',
  '%ms',
  '%s',
]
const HOUR = 3_600_000

/** `Map(place => text | Hole)` for a slice; holes are found by rendering for two windows and two nows. */
export function patternOf(stream, slice) {
  const at = ([start, end]) =>
    flat(stream.request({ ...slice, window: windowOf(stream, start, end) }, stream.firstToken()))
  const first = at(HOLE_DATES)
  const later = stream.incremental === undefined ? first : at(LATER)
  const tomorrow = atAnotherTime(stream, () => at(HOLE_DATES))
  const formats = formatsOf(stream)
  const pattern = new Map()
  for (const [place, text] of first) {
    if (later.get(place) !== text) pattern.set(place, dateHole(text, later.get(place) ?? '', formats))
    else if (tomorrow.get(place) !== text) pattern.set(place, { regex: likeness(text), dates: [] })
    else pattern.set(place, text)
  }
  return pattern
}

function atAnotherTime(stream, render) {
  const { environment } = stream
  stream.environment = { ...environment, now: () => environment.now() + 75 * HOUR + 61_000 }
  try {
    return render()
  } finally {
    stream.environment = environment
  }
}

export function windowOf(stream, start, end) {
  if (stream.incremental === undefined) return {}
  const fields = stream.windowFields()
  const format = stream.incremental.datetime_format
  return { [fields.start]: formatDate(start, format), [fields.end]: formatDate(end, format) }
}

function formatsOf({ incremental, requester }) {
  if (incremental === undefined) return []
  const named = [...JSON.stringify(requester ?? {}).matchAll(/['"\\](%[^'"\\]+)['"\\]/g)].map(
    ([, format]) => format,
  )
  const own = [
    incremental.datetime_format,
    ...(incremental.cursor_datetime_formats ?? []),
    ...named,
    ...USUAL,
  ]
  return { own: incremental.datetime_format, all: [...new Set(own)] }
}

/** A regular expression with a capture for each date that the text holds. */
function dateHole(text, later, { own, all }) {
  let pieces = [text]
  let others = [later]
  for (const which of [0, 1]) {
    const cut = firstCut(pieces, others, all, own, which)
    if (cut !== undefined) [pieces, others] = cut
  }
  const found = pieces.filter(piece => typeof piece === 'object')
  const same =
    pieces.length === others.length &&
    pieces.every((piece, index) => typeof piece === 'object' || piece === others[index])
  if (found.length === 0 || !same) return { regex: likeness(text), dates: [], blind: true }
  const source = pieces
    .map(piece =>
      typeof piece === 'string'
        ? escaped(piece)
        : `(${shapeOf(piece.format).source.replaceAll('(', '(?:').replaceAll('(?:?:', '(?:')})`,
    )
    .join('')
  return { regex: new RegExp(`^${source}$`, 's'), dates: found }
}

/** Any text that differs only in its numbers, where nothing more is understood. */
const likeness = text => new RegExp(`^${escaped(text).replace(/\d+/g, '\\d+')}$`, 's')

const escaped = text => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

function firstCut(pieces, others, formats, own, which) {
  for (const format of formats) {
    const [a, b] = [HOLE_DATES[which], LATER[which]].flatMap(date => shown(date, format, own))
    const result = [cutAll(pieces, a, { which, format }), cutAll(others, b, { which, format })]
    if (result[0].length > pieces.length && result[0].length === result[1].length) return result
  }
  return undefined
}

/** The text of a date, as far as the cursor's own format kept it. */
function shown(date, format, own) {
  return formatDate(parseDate(formatDate(date, own), own), format)
}

function cutAll(pieces, text, hole) {
  return pieces.flatMap(piece => {
    if (typeof piece === 'object') return [piece]
    return piece.split(text).flatMap((part, index) => (index === 0 ? [part] : [hole, part]))
  })
}

/** How a request differs from a pattern, in words; undefined where it fits. Dates are put into `bounds`. */
export function misfit(pattern, places, bounds) {
  for (const [place, wanted] of pattern) {
    const text = places.get(place)
    if (place.startsWith('header ') && isLoose(place)) continue
    // A parameter without a name says nothing.
    if (text === undefined && (wanted.optional !== undefined || place === 'query ')) continue
    if (text === undefined) return `${place} is missing, wanted ${told(wanted)}`
    if (typeof wanted === 'string' ? wanted !== text : !fits(wanted, text, bounds))
      return `${place} is ${text}, wanted ${told(wanted)}`
  }
  for (const [place, text] of places) {
    if (!place.startsWith('header ') && !pattern.has(place) && !(place === 'body' && text === '{}'))
      return `${place} is ${text}, wanted none`
  }
  return undefined
}

const LOOSE = new Set([
  'header accept',
  'header content-type',
  'header user-agent',
  'header accept-encoding',
  'header connection',
  'header cache-control',
])
export const isLoose = place => LOOSE.has(place)

const told = wanted =>
  typeof wanted === 'string' ? wanted : wanted.regex ? String(wanted.regex) : 'anything'

function fits(hole, text, bounds) {
  if (hole.optional !== undefined) return hole.optional === text
  if (hole.any) return true
  const found = hole.regex.exec(text)
  if (found === null) return false
  for (const [index, { which, format }] of hole.dates.entries()) {
    const date = tryParse(found[index + 1], format)
    if (date === undefined) return false
    const value = which === 0 ? date.us : date.us + precision(format) - 1
    bounds[which] =
      bounds[which] === undefined
        ? value
        : which === 0
          ? Math.max(bounds[0], value)
          : Math.min(bounds[1], value)
  }
  return true
}

function tryParse(text, format) {
  try {
    return parseDate(text, format)
  } catch {
    return undefined
  }
}

/** How many microseconds a text of this format spans. */
function precision(format) {
  if (['%epoch_microseconds', '%s_as_float'].includes(format) || format.includes('%f')) return 1
  if (format === '%ms' || format.includes('%_ms')) return 1000
  if (format === '%s' || /%S|%T/.test(format)) return 1_000_000
  if (format.includes('%M')) return 60_000_000
  return format.includes('%H') ? 3_600_000_000 : 86_400_000_000
}

/** Which bounds a pattern's requests carry. */
export function boundsIn(pattern) {
  const dates = [...pattern.values()].flatMap(one => one.dates ?? [])
  const blind = [...pattern.values()].some(one => one.blind)
  return {
    start: dates.some(one => one.which === 0) || undefined,
    end: dates.some(one => one.which === 1) || undefined,
    blind,
  }
}
