import { isJsonNumber } from './exact-number.js'

/** Told of a name that has to stay as it is, because another has the one that it would get. */
export type OnClash = (name: string, wanted: string) => void

/** `helloWorld`, `Hello World` and `hello-world` are `hello_world`; `HTTPServer2` is `http_server2`. */
export function snakeCase(name: string): string {
  const words = name
    .replace(/(\p{Ll}|\d)(\p{CWL})/gu, '$1_$2')
    .replace(/(\p{CWL})(\p{CWL}\p{Ll})/gu, '$1_$2')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/_$/, '')
    .toLowerCase()
  return words === '' || words === '_' ? name : words
}

/** The value with all names of its objects in snake case, at any depth. No two names become one. */
export function withSnakeNames(value: unknown, onClash: OnClash): unknown {
  if (typeof value !== 'object' || value === null || isJsonNumber(value)) return value
  if (Array.isArray(value)) return value.map(item => withSnakeNames(item, onClash))
  const taken = new Set(Object.keys(value))
  const entries = Object.entries(value).map(([name, item]) => {
    const given = freeName(name, taken, onClash)
    return [given, withSnakeNames(item, onClash)] as const
  })
  return Object.fromEntries(entries)
}

function freeName(name: string, taken: Set<string>, onClash: OnClash): string {
  const wanted = snakeCase(name)
  if (wanted === name) return name
  if (taken.has(wanted)) {
    onClash(name, wanted)
    return name
  }
  taken.add(wanted)
  return wanted
}
