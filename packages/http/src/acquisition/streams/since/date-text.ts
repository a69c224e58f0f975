const two = (value: number): string => String(value).padStart(2, '0')

/** What the letters of a pattern write, of a moment in UTC. */
const letters: Readonly<Record<string, (date: Date) => string>> = {
  yyyy: date => String(date.getUTCFullYear()).padStart(4, '0'),
  MM: date => two(date.getUTCMonth() + 1),
  M: date => String(date.getUTCMonth() + 1),
  dd: date => two(date.getUTCDate()),
  d: date => String(date.getUTCDate()),
  HH: date => two(date.getUTCHours()),
  H: date => String(date.getUTCHours()),
  mm: date => two(date.getUTCMinutes()),
  ss: date => two(date.getUTCSeconds()),
  X: () => 'Z',
  XX: () => 'Z',
  XXX: () => 'Z',
  x: () => '+00',
  xx: () => '+0000',
  xxx: () => '+00:00',
}

const token = /([A-Za-z])\1*|'((?:[^']|'')*)'|[^]/g

/**
 * Writes moments by a pattern: `yyyy-MM-dd'T'HH:mm:ss.SSSXXX`, in UTC. `X` writes `Z`, `xxx` `+00:00`, `xx`
 * `+0000`; S to SSSSSSSSS digits of the second's fraction, which is known to the millisecond.
 * @throws RangeError for a letter that there is not, with its position.
 */
export function dateWriter(pattern: string): (ms: number) => string {
  const pieces = Array.from(pattern.matchAll(token), ({ 0: part, 1: letter, 2: quoted, index }) => {
    if (letter !== undefined) return letterWriter(part, index)
    if (part === "'") throw new RangeError(`' at ${index + 1} is not closed`)
    const text = quoted === '' ? "'" : (quoted ?? part).replaceAll("''", "'")
    return () => text
  })
  return ms => {
    const date = new Date(ms)
    return pieces.map(write => write(date)).join('')
  }
}

function letterWriter(part: string, index: number): (date: Date) => string {
  if (/^S{1,9}$/.test(part)) {
    return date => String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0').slice(0, part.length)
  }
  const write = letters[part]
  if (write === undefined) {
    const known = [...Object.keys(letters), 'S to SSSSSSSSS'].join(', ')
    throw new RangeError(`${part} at ${index + 1} is none of ${known}; text stands in '…'`)
  }
  return write
}

/** The shortest time that the pattern tells apart, in milliseconds. */
export function unitOf(pattern: string): number {
  const bare = pattern.replace(/'(?:[^']|'')*'/g, '')
  const fraction = /S+/.exec(bare)?.[0].length ?? 0
  if (fraction > 0) return Math.max(1, 1_000 / 10 ** fraction)
  if (bare.includes('s')) return 1_000
  if (bare.includes('mm')) return 60_000
  return bare.includes('H') ? 3_600_000 : 86_400_000
}
