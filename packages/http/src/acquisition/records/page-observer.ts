import { compilePath } from '../references/index.js'
import { isJsonNumber, writtenDigits } from './exact-number.js'
import { shown } from './unreadable.js'

/** Reads what stands at the paths, as a message shows it; only where something stands. */
export function observer(paths: readonly string[]): (body: unknown) => Readonly<Record<string, string>> {
  const readers = paths.map(path => [path, compilePath(path)] as const)
  return body => {
    const found = readers.map(([path, at]) => [path, at(body)] as const).filter(([, value]) => isThere(value))
    return Object.fromEntries(found.map(([path, value]) => [path, shown(value)]))
  }
}

/** Containers deeper than this hold something, whatever it is. */
const emptyDepth = 8

/**
 * An empty text, 0, false, and lists and objects of nothing else, `{ "title": [] }`, are what services write
 * where there is nothing to tell.
 */
function isThere(value: unknown, depth = emptyDepth): boolean {
  if (isJsonNumber(value)) return Number(writtenDigits(value)) !== 0
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value !== 'object' || value === null) return value === true
  return depth === 0 || Object.values(value).some(item => isThere(item, depth - 1))
}
