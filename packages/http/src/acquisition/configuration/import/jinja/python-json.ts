import type { Constant } from './expression.js'
import { TemplateError } from './expression.js'
import { isDict, isList } from './python.js'

/** `json.dumps(value)`: with a space behind each sign, in ASCII. @throws TemplateError for a date. */
export function jsonText(value: Constant, isSorted = false): string {
  if (isList(value)) return `[${value.map(one => jsonText(one, isSorted)).join(', ')}]`
  if (isDict(value)) {
    const entries = Object.entries(value)
    if (isSorted) entries.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, one]) => `${ascii(key)}: ${jsonText(one, isSorted)}`).join(', ')}}`
  }
  if (typeof value === 'string') return ascii(value)
  if (value === undefined || typeof value === 'object') {
    if (value === null) return 'null'
    throw new TemplateError('what is no text, number, list or mapping has no JSON')
  }
  return JSON.stringify(value)
}

/** Jinja's `tojson`: sorted, and safe between tags. */
export function htmlJson(value: Constant): string {
  return jsonText(value, true).replace(/[<>&']/g, escaped)
}

function ascii(text: string): string {
  return JSON.stringify(text).replace(/[^\0-~]/g, escaped)
}

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
}
