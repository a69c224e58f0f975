/*
 * Paths as a pipeline file writes them, read apart from the code that they are to try: a mock that shared the
 * pipeline's reading would share its mistakes.
 */

/** A key, a place in a list, every item (`*`), or the item whose key has a value. */
export type Step =
  | string
  | number
  | { readonly every: true }
  | { readonly name: string; readonly value: string }

const step = /\.?([^.[\]"]+)|\[(\d+)\]|\[(\*)\]|\["((?:[^"\\]|\\["\\])+)"\]|\[([^.[\]"=]+)=([^[\]"]+)\]/gy

/** `data[*].links[rel=next]["a.b"]`. */
export function stepsOf(path: string): Step[] {
  return Array.from(path.matchAll(step), ([, name, index, every, quoted, key, value = '']): Step => {
    if (every !== undefined || name === '*') return { every: true }
    if (key !== undefined) return { name: key, value }
    return index === undefined ? (name ?? (quoted ?? '').replace(/\\(["\\])/g, '$1')) : Number(index)
  })
}

export function isEvery(one: Step | undefined): one is { readonly every: true } {
  return typeof one === 'object' && 'every' in one
}

/** All that the path leads to. */
export function valuesAt(value: unknown, path: string): unknown[] {
  return stepsOf(path).reduce<unknown[]>((found, one) => found.flatMap(each => stepInto(each, one)), [value])
}

/** The first thing that the path leads to. */
export function valueAt(value: unknown, path: string): unknown {
  return valuesAt(value, path)[0]
}

function stepInto(value: unknown, one: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (isEvery(one)) return Object.values(value)
  if (typeof one === 'object')
    return (Array.isArray(value) ? value : []).filter((item: unknown) => isNamed(item, one)).slice(0, 1)
  return Object.hasOwn(value, one) ? [(value as Record<string | number, unknown>)[one]] : []
}

function isNamed(item: unknown, { name, value }: { readonly name: string; readonly value: string }): boolean {
  return valueAt(item, name) === value
}

/**
 * Puts a value at a path and returns the whole; what is missing on the way is made. A list goes item by item
 * to a path that leads to every item.
 */
export function withValue(target: unknown, path: string, value: unknown): unknown {
  return put(target, stepsOf(path), value)
}

function put(target: unknown, steps: readonly Step[], value: unknown): unknown {
  const [first, ...rest] = steps
  if (first === undefined) return value
  if (isEvery(first)) return putEach(listOf(target), rest, value)
  if (typeof first === 'number') return putItem(listOf(target), first, rest, value)
  if (typeof first === 'object') {
    const list = listOf(target)
    const found = list.findIndex(item => isNamed(item, first))
    return putItem(list, found < 0 ? list.length : found, rest, value, { [first.name]: first.value })
  }
  const object = isObject(target) ? target : {}
  object[first] = put(object[first], rest, value)
  return object
}

function putEach(list: unknown[], rest: readonly Step[], value: unknown): unknown[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.map((one, index) => put(list[index], rest, one))
}

function putItem(
  list: unknown[],
  index: number,
  rest: readonly Step[],
  value: unknown,
  beside: object = {},
): unknown[] {
  while (list.length < index) list.push({})
  list[index] = put(list[index] ?? { ...beside }, rest, value)
  return list
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value without what stands at a path of keys. */
export function withoutPath(value: unknown, path: string): unknown {
  const steps = stepsOf(path)
  const last = steps.pop()
  const holder = steps.reduce<unknown>((found, one) => stepInto(found, one)[0], value)
  if (isObject(holder) && typeof last === 'string') delete holder[last]
  return value
}
