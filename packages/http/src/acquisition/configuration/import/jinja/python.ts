import type { Constant } from './expression.js'
import { Moment, Span, TemplateError } from './expression.js'
import { isoText, spanText } from './python-date.js'
import { numberText } from './python-number.js'

type Dict = Readonly<Record<string, Constant>>

export function isDict(value: Constant): value is Dict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Moment) &&
    !(value instanceof Span)
  )
}

export function isList(value: Constant): value is readonly Constant[] {
  return Array.isArray(value)
}

/** What counts as true. */
export function truthy(value: Constant): boolean {
  if (value === undefined || value === null) return false
  if (typeof value === 'string' || isList(value)) return value.length > 0
  if (isDict(value)) return Object.keys(value).length > 0
  return typeof value === 'object' ? true : value !== 0 && value !== false
}

/** As a text in a template. */
export function str(value: Constant): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : repr(value)
}

function repr(value: Constant): string {
  if (value === undefined) return 'Undefined'
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return quoted(value)
  if (isList(value)) return `[${value.map(repr).join(', ')}]`
  if (value instanceof Moment) return isoText(value, ' ')
  if (value instanceof Span) return spanText(value)
  return `{${Object.entries(value)
    .map(([key, one]) => `${repr(key)}: ${repr(one)}`)
    .join(', ')}}`
}

function quoted(text: string): string {
  const sign = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll(sign, `\\${sign}`)
  return sign + escaped + sign
}

export function equal(a: Constant, b: Constant): boolean {
  if (isList(a) && isList(b)) return a.length === b.length && a.every((one, at) => equal(one, b[at]))
  if (isDict(a) && isDict(b)) return repr(a) === repr(b)
  return ordinal(a) === ordinal(b)
}

/** Below 0, 0 or above 0. @throws TemplateError for values that have no order. */
export function compared(a: Constant, b: Constant): number {
  const [left, right] = [ordinal(a), ordinal(b)]
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right)
  if (typeof left === 'number' && typeof right === 'number') return left - right
  throw new TemplateError(`${repr(a)} and ${repr(b)} have no order`)
}

/** What stands for a value where two are compared: true is 1. */
function ordinal(value: Constant): Constant {
  return value instanceof Moment || value instanceof Span
    ? value.ms
    : typeof value === 'boolean'
      ? Number(value)
      : value
}

export function contains(container: Constant, value: Constant): boolean {
  if (typeof container === 'string') {
    if (typeof value !== 'string') throw new TemplateError(`${repr(value)} is no text that could be in one`)
    return container.includes(value)
  }
  if (isList(container)) return container.some(one => equal(one, value))
  if (isDict(container)) return typeof value === 'string' && Object.hasOwn(container, value)
  if (container === undefined) return false
  throw new TemplateError(`nothing can be in ${repr(container)}`)
}
