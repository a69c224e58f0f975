import type { Expression } from '../jinja/index.js'
import { SPACE } from '../jinja/index.js'
import { wayOf } from './paths.js'
import { regularExpression } from './regular-expression.js'
import { unsayable } from './unsayable.js'

type Filter = Extract<Expression, { kind: 'filter' }>

/** How many arguments a filter may have here; of all others none. */
export const MOST: Readonly<Record<string, number>> = {
  int: 1,
  float: 1,
  trim: 1,
  round: 2,
  join: 1,
  replace: 3,
  default: 2,
  hash: 1,
  regex_search: 1,
  selectattr: 3,
}

/** Whether a filter's argument may have that name here. */
export function isKnownName(filter: string, name: string): boolean {
  return name === 'attribute' ? ['map', 'join'].includes(filter) : filter === 'hash' && name === 'hash_type'
}

/** `strip()` and its kin; `$trim()` would take spaces within for one. */
export function stripped(
  text: string,
  [signs]: readonly Expression[],
  name: 'strip' | 'lstrip' | 'rstrip',
  of: Expression,
): string {
  const given = signs?.kind === 'constant' ? signs.value : undefined
  if (signs !== undefined && (typeof given !== 'string' || given === '')) throw unsayable(of)
  const set = `[${typeof given === 'string' ? given.replace(/[\\\]^/-]/g, '\\$&') : SPACE}]+`
  const pattern = { strip: `^${set}|${set}$`, lstrip: `^${set}`, rstrip: `${set}$` }[name]
  return `$replace(${text}, /${pattern}/, "")`
}

/** To the nearest, half to even; `ceil` and `floor` are other ways. */
export function rounded(value: string, [places, method]: readonly Expression[], of: Expression): string {
  const digits = places === undefined ? 0 : places.kind === 'constant' ? places.value : undefined
  const way = method === undefined ? 'common' : method.kind === 'constant' ? method.value : undefined
  if (typeof digits !== 'number') throw unsayable(of)
  if (way === 'common') return digits === 0 ? `$round(${value})` : `$round(${value}, ${digits})`
  if (way !== 'ceil' && way !== 'floor') throw unsayable(of)
  return digits === 0 ? `$${way}(${value})` : `($${way}(${value} * ${10 ** digits}) / ${10 ** digits})`
}

/** Of a text, a mapping or a list. */
export function lengthOf(value: string): string {
  const ofMapping = `$type(${value}) = "object" ? $count($keys(${value}))`
  return `($type(${value}) = "string" ? $length(${value}) : ${ofMapping} : $count(${value}))`
}

/** The text that Python makes of a whole record is not to be had. */
export function hashed(of: Expression, value: string, type: string, filter: Filter): string {
  const way = wayOf(of)
  if (filter.args.length > 1 || filter.named['salt'] !== undefined || way?.keys.length === 0)
    throw unsayable(filter)
  return `$hash(${value} = null ? "None" : ${value}, ${JSON.stringify(type)})`
}

export function searched(value: string, pattern: string | undefined, of: Expression): string {
  if (pattern === undefined) throw unsayable(of)
  const { source, hasGroup } = regularExpression(pattern)
  return hasGroup ? `($match(${value}, /${source.replace(/(?<!\\)\//g, '\\/')}/, 1).groups[0])` : '""'
}
