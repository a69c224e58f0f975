/**
 * The instants, in epoch milliseconds, at which a wall clock shows a time: none, one, or two (clocks set
 * back).
 */
export type ZoneReader = (wallTime: number) => readonly number[]

const fixed = /^(?:Z|UTC|([+-])(\d{2}):?(\d{2}))$/i
const dayMs = 86_400_000
/** Offsets change on quarter hours only, so that one look-up serves a whole quarter. */
const quarterMs = 900_000
const cachedQuarters = 10_000

/**
 * A zone by IANA name (`Europe/Berlin`) or fixed offset (`+02:00`, `Z`). A wall time is given as the epoch
 * milliseconds that it would be in UTC.
 * @throws RangeError for a name that this Node does not know.
 */
export function zoneReader(zone: string): ZoneReader {
  const match = fixed.exec(zone)
  if (match !== null) {
    const offset = offsetMs(match[1], match[2], match[3])
    return wallTime => [wallTime - offset]
  }
  const offsetAt = cachedOffsets(zone)
  return wallTime => {
    const before = offsetAt(wallTime - dayMs)
    const after = offsetAt(wallTime + dayMs)
    const candidates = before === after ? [before] : [before, after]
    return candidates
      .map(offset => wallTime - offset)
      .filter(instant => instant + offsetAt(instant) === wallTime)
  }
}

export function offsetMs(sign = '+', hours = '0', minutes = '0'): number {
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

function cachedOffsets(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  })
  const cache = new Map<number, number>()
  return instant => {
    const quarter = Math.floor(instant / quarterMs)
    let offset = cache.get(quarter)
    if (offset === undefined) {
      if (cache.size >= cachedQuarters) cache.clear()
      offset = wallTimeAt(format, quarter * quarterMs) - quarter * quarterMs
      cache.set(quarter, offset)
    }
    return offset
  }
}

function wallTimeAt(format: Intl.DateTimeFormat, instant: number): number {
  const part: Record<string, string> = {}
  for (const { type, value } of format.formatToParts(instant)) part[type] = value
  const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year)
  return (
    utcTime(year, Number(part.month), Number(part.day)) +
    offsetMs('+', part.hour, part.minute) +
    Number(part.second) * 1000
  )
}

/**
 * Epoch milliseconds of a date's midnight in UTC; NaN when the calendar has no such day. Years below 100 are
 * meant.
 */
export function utcTime(year: number, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : Number.NaN
}
