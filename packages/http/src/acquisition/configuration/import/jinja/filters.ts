import { createHash, createHmac } from 'node:crypto'
import type { Constant } from './expression.js'
import { TemplateError } from './expression.js'
import { attributeOf } from './macros.js'
import { equal, isDict, isList, str, truthy } from './python.js'

type Args = readonly Constant[]
type Apply = (value: Constant, args: Args, named: Readonly<Record<string, Constant>>) => Constant

/** The filters that manifests use, those of Jinja and those of the CDK. */
const FILTERS: Readonly<Record<string, Apply>> = {
  int: (value, [fallback = 0]) => whole(value, fallback),
  float: (value, [fallback = 0]) => decimal(value, fallback),
  string: value => (typeof value === 'string' ? value : `"""${JSON.stringify(value)}"""`),
  lower: value => str(value).toLowerCase(),
  upper: value => str(value).toUpperCase(),
  trim: value => str(value).trim(),
  length: value =>
    typeof value === 'string' || isList(value) ? value.length : Object.keys(value ?? {}).length,
  count: value => (typeof value === 'string' || isList(value) ? value.length : 0),
  first: value => itemsOf(value)[0],
  last: value => itemsOf(value).at(-1),
  list: itemsOf,
  join: (value, [separator = '']) => itemsOf(value).map(str).join(str(separator)),
  replace: (value, [from, to]) => str(value).replaceAll(str(from), () => str(to)),
  default: (value, [fallback = '', always]) =>
    value === undefined || (truthy(always) && !truthy(value)) ? fallback : value,
  d: (value, [fallback = '']) => (value === undefined ? fallback : value),
  abs: value => Math.abs(Number(value)),
  round: value => Math.round(Number(value)),
  tojson: value => JSON.stringify(value ?? null),
  safe: value => value,
  urlencode: value => encodeURIComponent(str(value)).replaceAll('%2F', '/'),
  unique: value => itemsOf(value).filter((one, at, all) => all.findIndex(other => equal(one, other)) === at),
  map: (value, [by], { attribute }) => itemsOf(value).map(one => mapped(one, by, attribute)),
  base64encode: value => Buffer.from(str(value)).toString('base64'),
  base64decode: value => Buffer.from(str(value), 'base64').toString(),
  base64binascii_decode: value => Buffer.from(str(value)).toString('base64'),
  hash: (value, [type = 'md5', salt = '']) =>
    createHash(str(type))
      .update(str(value) + str(salt))
      .digest('hex'),
  hmac: (value, [key]) => createHmac('sha256', str(key)).update(str(value)).digest('hex'),
  regex_search: (value, [pattern]) => new RegExp(str(pattern)).exec(str(value))?.[1] ?? '',
  regex_replace: (value, [pattern, to]) => str(value).replace(new RegExp(str(pattern), 'g'), () => str(to)),
}

/** What `value | name(...)` gives. @throws TemplateError where the filter is not known. */
export function applyFilter(
  value: Constant,
  name: string,
  args: Args,
  named: Record<string, Constant>,
): Constant {
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined
  if (filter === undefined) throw new TemplateError(`the filter ${name} is not understood`)
  return filter(value, args, named)
}

function mapped(value: Constant, by: Constant, attribute: Constant): Constant {
  if (attribute !== undefined) return attributeOf(value, attribute)
  return applyFilter(value, str(by), [], {})
}

function itemsOf(value: Constant): readonly Constant[] {
  if (isList(value)) return value
  if (typeof value === 'string') return Array.from(value)
  return isDict(value) ? Object.keys(value) : []
}

function whole(value: Constant, fallback: Constant): Constant {
  const number = decimal(value, undefined)
  return typeof number === 'number' ? Math.trunc(number) : fallback
}

function decimal(value: Constant, fallback: Constant): Constant {
  const text = str(value).trim()
  const number = typeof value === 'boolean' ? Number(value) : text === '' ? Number.NaN : Number(text)
  return Number.isNaN(number) ? fallback : number
}

const TESTS: Readonly<Record<string, (value: Constant, args: Args) => boolean>> = {
  defined: value => value !== undefined,
  undefined: value => value === undefined,
  none: value => value === null,
  string: value => typeof value === 'string',
  number: value => typeof value === 'number',
  integer: value => typeof value === 'number' && Number.isInteger(value),
  boolean: value => typeof value === 'boolean',
  mapping: isDict,
  sequence: value => isList(value) || typeof value === 'string',
  iterable: value => isList(value) || isDict(value) || typeof value === 'string',
  true: value => value === true,
  false: value => value === false,
  equalto: (value, [other]) => equal(value, other),
  eq: (value, [other]) => equal(value, other),
}

/** What `value is name` gives. @throws TemplateError where the test is not known. */
export function applyTest(value: Constant, name: string, args: Args): boolean {
  const test = Object.hasOwn(TESTS, name.toLowerCase()) ? TESTS[name.toLowerCase()] : undefined
  if (test === undefined) throw new TemplateError(`the test ${name} is not understood`)
  return test(value, args)
}
