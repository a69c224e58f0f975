import { isRecord } from './is-record.js'
import type { OnClash } from './snake-case.js'

/**
 * A record whose objects are taken apart: `{ a: { b: 1 } }` is `{ a_b: 1 }`. Lists and empty objects stay whole. What
 * would get a name that another value has stays where it was: `{ a: { b: 1 }, a_b: 2 }`.
 */
export function flattened(
  record: Readonly<Record<string, unknown>>,
  separator: string,
  onClash: OnClash,
): Record<string, unknown> {
  const flat = new Map<string, unknown>()
  const taken = new Set(Object.keys(record))
  const place = (name: string, value: unknown): unknown => {
    if (isNested(value)) return rest(name, value)
    if (taken.has(name)) {
      onClash(name, name)
      return value
    }
    taken.add(name)
    flat.set(name, value)
    return undefined
  }
  /** What has found no place. */
  const rest = (prefix: string, value: object): unknown => {
    const left = Object.entries(value).map(([name, item]) => [name, place(prefix + separator + name, item)])
    const found = left.filter(([, item]) => item !== undefined)
    return found.length === 0 ? undefined : Object.fromEntries(found)
  }
  for (const [name, value] of Object.entries(record)) {
    const left = isNested(value) ? rest(name, value) : value
    if (left !== undefined) flat.set(name, left)
  }
  return Object.fromEntries(flat)
}

function isNested(value: unknown): value is object {
  return isRecord(value) && Object.keys(value).length > 0
}
