/** Takes the value at a path out of a parsed JSON value; undefined where there is none. */
export type PathReader = (value: unknown) => unknown

/** Takes all values that a path leads to; undefined where nothing stands at the place of its first `*`. */
type AllReader = (value: unknown) => readonly unknown[] | undefined

/** `*`: each value of an object, each item of a list; `[*]`: each item of a list. */
type Wildcard = '*' | '[*]'
/** A key, a place in a list, or the first object of a list at whose key a value stands. */
type Key = string | number | { readonly name: string; readonly value: string }
/** One step of a path. */
type Segment = { readonly key: Key } | { readonly each: Wildcard }

/**
 * Compiles a path once: `preis.betrag`, `images[0].url`, `["a.b"].c`, `links[rel=next].href`; the empty path
 * is the value itself, and one with `*` or `[*]` gives a list of all that it leads to. Only own properties are
 * read, so `constructor` or `__proto__` in a path find nothing that the source did not send.
 * @throws TypeError when the path is malformed; it shows the path.
 */
export function compilePath(path: string): PathReader {
  const segments = parsePath(path)
  if (segments.some(isWildcard)) return value => allAt(value, segments)
  const keys = keysOf(segments)
  const [first] = keys
  if (first === undefined) return value => value
  if (keys.length === 1) return value => step(value, first)
  return value => {
    let current = value
    for (const key of keys) {
      if (current === undefined) return undefined
      current = step(current, key)
    }
    return current
  }
}

/**
 * Compiles a path to all that it leads to: where it has no `*`, to the one value, or to none.
 * @throws TypeError when the path is malformed; it shows the path.
 */
export function compileAll(path: string): AllReader {
  const segments = parsePath(path)
  return value => allAt(value, segments)
}

/** Whether a path may lead to several places. @throws TypeError when it is malformed. */
export function isSpread(path: string): boolean {
  return parsePath(path).some(isWildcard)
}

/** The place of a path: of one with `*` that of what the first of them spreads. */
export function compilePlace(path: string): PathReader {
  const keys = keysOf(parsePath(path))
  return value => keys.reduce<unknown>(step, value)
}

/** Readers of all that lies on the way to a path's place, from the value itself on, without that place. */
export function compileWay(path: string): PathReader[] {
  const keys = keysOf(parsePath(path))
  return keys.map((_, length) => value => keys.slice(0, length).reduce<unknown>(step, value))
}

/**
 * The keys and indexes of a path, up to the first wildcard.
 * @throws TypeError when the path is malformed; it shows the path.
 */
export function compileSteps(path: string): readonly (string | number)[] {
  return keysOf(parsePath(path)).filter(key => typeof key !== 'object')
}

/** Up to the first wildcard. */
function keysOf(segments: readonly Segment[]): Key[] {
  const end = segments.findIndex(isWildcard)
  const fixed = end === -1 ? segments : segments.slice(0, end)
  return fixed.flatMap(segment => ('key' in segment ? [segment.key] : []))
}

function isWildcard(segment: Segment): boolean {
  return 'each' in segment
}

/** What is not there, or null, has nothing to spread, once another place was spread. */
function allAt(value: unknown, segments: readonly Segment[]): readonly unknown[] | undefined {
  let found: readonly unknown[] = [value]
  for (const [index, segment] of segments.entries()) {
    if ('key' in segment) {
      found = found.map(one => step(one, segment.key)).filter(one => one !== undefined)
      if (found.length === 0 && !segments.slice(0, index).some(isWildcard)) return undefined
    } else {
      const lists = found.map(one => spread(one, segment.each))
      if (!lists.every(list => list !== undefined)) return undefined
      found = lists.flat()
    }
  }
  return found
}

function spread(value: unknown, each: Wildcard): readonly unknown[] | undefined {
  if (value === null) return []
  if (Array.isArray(value)) return value
  if (typeof value !== 'object') return undefined
  const items = Object.values(value)
  return each === '*' || items.length === 0 ? items : undefined
}

function step(value: unknown, key: Key): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined
  if (typeof key === 'object') return Array.isArray(value) ? firstWith(value, key.name, key.value) : undefined
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
}

function firstWith(list: readonly unknown[], name: string, value: string): unknown {
  return list.find(item => {
    const found = step(item, name)
    const isPlain = typeof found === 'number' || typeof found === 'boolean'
    return found === value || (isPlain && `${found}` === value)
  })
}

const segmentPattern =
  /(?:^|(?!^)\.)([^.[\]"]+)|\[(\d{1,9}|\*)\]|\["((?:[^"\\]|\\["\\])+)"\]|\[([^.[\]"=]+)=([^[\]"]+)\]/y

/** The steps of a path. @throws TypeError when it is malformed; it shows the path. */
export function parsePath(path: string): Segment[] {
  const segments: Segment[] = []
  segmentPattern.lastIndex = 0
  while (segmentPattern.lastIndex < path.length) {
    const match = segmentPattern.exec(path)
    if (match === null)
      throw new TypeError(
        `path is ${JSON.stringify(path)}; allowed is a form like a.b[0]["c.d"] or items[*].id`,
      )
    segments.push(segmentOf(match))
  }
  return segments
}

function segmentOf([, name, index, quoted, selected, value = '']: RegExpExecArray): Segment {
  if (selected !== undefined) return { key: { name: selected, value } }
  if (name === '*') return { each: '*' }
  if (index === '*') return { each: '[*]' }
  if (index !== undefined) return { key: Number(index) }
  return { key: name ?? (quoted ?? '').replace(/\\(["\\])/g, '$1') }
}
