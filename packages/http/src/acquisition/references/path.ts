/** Takes the value at a path out of a parsed JSON value; undefined where there is none. */
export type PathReader = (value: unknown) => unknown

/** A key, a place in a list, or the first object of a list at whose key a value stands. */
type Segment = string | number | { readonly key: string; readonly value: string }

/**
 * Compiles a path once: `preis.betrag`, `images[0].url`, `["a.b"].c`, `links[rel=next].href`; the empty path
 * is the value itself.
 * Only own properties are read, so `constructor` or `__proto__` in a path find nothing that the source did
 * not send.
 * @throws TypeError when the path is malformed; it shows the path.
 */
export function compilePath(path: string): PathReader {
  const segments = parsePath(path)
  const [first] = segments
  if (first === undefined) return value => value
  if (segments.length === 1) return value => step(value, first)
  return value => {
    let current = value
    for (const segment of segments) {
      if (current === undefined) return undefined
      current = step(current, segment)
    }
    return current
  }
}

/** Readers of all that lies on the way to a path's place, from the value itself on, without that place. */
export function compileWay(path: string): PathReader[] {
  const segments = parsePath(path)
  return segments.map((_, length) => value => segments.slice(0, length).reduce<unknown>(step, value))
}

function step(value: unknown, segment: Segment): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (typeof segment === 'number') return Array.isArray(value) ? value[segment] : undefined
  if (typeof segment === 'object') return Array.isArray(value) ? firstWith(value, segment) : undefined
  return Object.hasOwn(value, segment) ? (value as Record<string, unknown>)[segment] : undefined
}

function firstWith(list: readonly unknown[], { key, value }: { key: string; value: string }): unknown {
  return list.find(item => {
    const found = step(item, key)
    return (
      found === value || ((typeof found === 'number' || typeof found === 'boolean') && `${found}` === value)
    )
  })
}

const segmentPattern =
  /(?:^|(?!^)\.)([^.[\]"]+)|\[(\d{1,9})\]|\["((?:[^"\\]|\\["\\])+)"\]|\[([^.[\]"=]+)=([^[\]"]+)\]/y

function parsePath(path: string): Segment[] {
  const segments: Segment[] = []
  segmentPattern.lastIndex = 0
  while (segmentPattern.lastIndex < path.length) {
    const match = segmentPattern.exec(path)
    if (match === null)
      throw new TypeError(`path is ${JSON.stringify(path)}; allowed is a form like a.b[0]["c.d"]`)
    const [, name, index, quoted, key, value = ''] = match
    if (index !== undefined) segments.push(Number(index))
    else if (key !== undefined) segments.push({ key, value })
    else segments.push(name ?? (quoted ?? '').replace(/\\(["\\])/g, '$1'))
  }
  return segments
}
