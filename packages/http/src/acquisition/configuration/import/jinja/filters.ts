import { createHash, createHmac, getHashes } from 'node:crypto'
import type { Args, Callable, Named } from './arguments.js'
import { bound, callable } from './arguments.js'
import type { Constant } from './expression.js'
import { TemplateError } from './expression.js'
import { attributeOf, extreme } from './macros.js'
import { compared, contains, equal, isDict, isList, str, truthy } from './python.js'
import { htmlJson, jsonText } from './python-json.js'
import { floatOf, intOf, rounded } from './python-number.js'
import { regexOf } from './python-regex.js'
import { capitalized, characters, percentEncoded, replaced, stripped, titled } from './python-text.js'

/** The filters that manifests use, those of Jinja and those of the CDK. */
const FILTERS: Readonly<Record<string, Callable>> = {
  int: callable('default base', (value, [fallback = 0, base = 10]) => whole(value, fallback, Number(base))),
  float: callable('default', (value, [fallback = 0]) => decimal(value) ?? fallback),
  string: callable('', value => (typeof value === 'string' ? value : `"""${jsonText(value)}"""`)),
  lower: callable('', value => str(value).toLowerCase()),
  upper: callable('', value => str(value).toUpperCase()),
  title: callable('', value => titled(str(value), /[^-\s({[<]+/gu)),
  capitalize: callable('', value => capitalized(str(value))),
  trim: callable('chars', (value, [chars]) => stripped(str(value), textOrNone(chars))),
  length: callable('', lengthOf),
  count: callable('', lengthOf),
  first: callable('', value => itemsOf(value)[0]),
  last: callable('', value => itemsOf(value).at(-1)),
  list: callable('', itemsOf),
  reverse: callable('', value =>
    typeof value === 'string' ? characters(value).toReversed().join('') : itemsOf(value).toReversed(),
  ),
  items: callable('', value => (isDict(value) ? Object.entries(value) : [])),
  join: callable('d attribute', (value, [separator = '', attribute]) =>
    attributesOf(value, attribute).map(str).join(str(separator)),
  ),
  replace: callable('s old new count', (value, [from, to, most]) =>
    replaced(str(value), str(from), str(to), typeof most === 'number' ? most : -1),
  ),
  default: callable('default_value boolean', orDefault),
  d: callable('default_value boolean', orDefault),
  abs: callable('', value => Math.abs(numberOf(value))),
  round: callable('precision method', (value, [places = 0, method = 'common']) =>
    roundedBy(numberOf(value), numberOf(places), str(method)),
  ),
  sum: callable('attribute start', (value, [attribute, start = 0]) =>
    attributesOf(value, attribute).reduce<number>((all, one) => all + numberOf(one), numberOf(start)),
  ),
  max: callable('', value => extreme([itemsOf(value)], 1)),
  min: callable('', value => extreme([itemsOf(value)], -1)),
  sort: callable('reverse case_sensitive attribute', (value, [isReversed, isExact, attribute]) => {
    const keyOf = (one: Constant) => foldedUnless(isExact, attributeIn(one, attribute))
    const sorted = itemsOf(value).toSorted((a, b) => compared(keyOf(a), keyOf(b)))
    return truthy(isReversed)
      ? itemsOf(value)
          .toReversed()
          .toSorted((a, b) => compared(keyOf(b), keyOf(a)))
      : sorted
  }),
  tojson: callable('', htmlJson),
  safe: callable('', value => value),
  urlencode: callable('', value => urlText(value)),
  unique: callable('case_sensitive attribute', (value, [isExact, attribute]) => {
    const keys = itemsOf(value).map(one => foldedUnless(isExact, attributeIn(one, attribute)))
    return itemsOf(value).filter((_, at) => keys.findIndex(one => equal(one, keys[at])) === at)
  }),
  base64encode: callable('', value => Buffer.from(str(value)).toString('base64')),
  base64decode: callable('', value => Buffer.from(str(value), 'base64').toString()),
  base64binascii_decode: callable('', value => Buffer.from(str(value)).toString('base64')),
  hash: callable('hash_type salt', (value, [type = 'md5', salt]) => hashed(str(value), str(type), salt)),
  hmac: callable('key hash_type', (value, [key, type = 'sha256']) => {
    if (type !== 'sha256') throw new TemplateError(`${str(type)} is no hash that hmac knows`)
    return createHmac('sha256', str(key)).update(str(value)).digest('hex')
  }),
  regex_search: callable('regex', (value, [pattern]) => {
    const match = new RegExp(regexOf(str(pattern)), 'u').exec(str(value))
    return match === null || match.length === 1 ? '' : (match[1] ?? null)
  }),
}

/** Those whose arguments are a filter or a test, and its own. */
const CHOOSING: Readonly<Record<string, (value: Constant, args: Args, named: Named) => Constant>> = {
  map: (value, [by, ...args], { attribute, default: fallback, ...named }) =>
    itemsOf(value).map(one => {
      if (attribute === undefined) return applyFilter(one, str(by), args, named)
      return attributeIn(one, attribute) ?? fallback
    }),
  select: (value, args) => itemsOf(value).filter(one => chosen(one, args)),
  reject: (value, args) => itemsOf(value).filter(one => !chosen(one, args)),
  selectattr: (value, [name, ...args]) => itemsOf(value).filter(one => chosen(attributeIn(one, name), args)),
  rejectattr: (value, [name, ...args]) => itemsOf(value).filter(one => !chosen(attributeIn(one, name), args)),
}

/** What `value | name(...)` gives. @throws TemplateError where the filter is not known. */
export function applyFilter(value: Constant, name: string, args: Args, named: Named): Constant {
  const choosing = Object.hasOwn(CHOOSING, name) ? CHOOSING[name] : undefined
  if (choosing !== undefined) return choosing(value, args, named)
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined
  if (filter === undefined) throw new TemplateError(`the filter ${name} is not understood`)
  const parameters = name === 'replace' ? filter.parameters.slice(1) : filter.parameters
  return filter.apply(value, bound(`the filter ${name}`, parameters, args, named))
}

function chosen(value: Constant, [test, ...args]: Args): boolean {
  return test === undefined ? truthy(value) : applyTest(value, str(test), args)
}

/** `a.b.0` of a value; the value itself without a name. */
function attributeIn(value: Constant, name: Constant): Constant {
  if (name === undefined || name === null) return value
  const keys =
    typeof name === 'string' ? name.split('.').map(key => (/^\d+$/.test(key) ? Number(key) : key)) : [name]
  return keys.reduce<Constant>((of, key) => (of === undefined ? undefined : attributeOf(of, key)), value)
}

function attributesOf(value: Constant, name: Constant): Args {
  return itemsOf(value).map(one => attributeIn(one, name))
}

function foldedUnless(isExact: Constant, value: Constant): Constant {
  return typeof value === 'string' && !truthy(isExact) ? value.toLowerCase() : value
}

function orDefault(value: Constant, [fallback = '', always]: Args): Constant {
  return value === undefined || (truthy(always) && !truthy(value)) ? fallback : value
}

function textOrNone(value: Constant): string | undefined {
  return value === undefined || value === null ? undefined : str(value)
}

function lengthOf(value: Constant): number {
  if (typeof value === 'string') return characters(value).length
  if (isList(value)) return value.length
  if (isDict(value)) return Object.keys(value).length
  if (value === undefined) return 0
  throw new TemplateError(`${str(value)} has no length`)
}

function itemsOf(value: Constant): Args {
  if (isList(value)) return value
  if (typeof value === 'string') return characters(value)
  return isDict(value) ? Object.keys(value) : []
}

function numberOf(value: Constant): number {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value)
  throw new TemplateError(`${str(value)} is no number`)
}

function whole(value: Constant, fallback: Constant, base: number): Constant {
  const exact = typeof value === 'string' ? intOf(value, base) : undefined
  const number = exact ?? decimal(value)
  return number === undefined || !Number.isFinite(number) ? fallback : Math.trunc(number)
}

function decimal(value: Constant): number | undefined {
  if (typeof value === 'string') return floatOf(value)
  return typeof value === 'number' || typeof value === 'boolean' ? Number(value) : undefined
}

function roundedBy(value: number, places: number, method: string): number {
  if (method === 'common') return rounded(value, places)
  if (method !== 'ceil' && method !== 'floor') throw new TemplateError(`there is no rounding by ${method}`)
  return Math[method](value * 10 ** places) / 10 ** places
}

function hashed(text: string, type: string, salt: Constant): string {
  const name = type.replace('_', '-')
  if (!getHashes().includes(name)) throw new TemplateError(`there is no hash ${type}`)
  return createHash(name)
    .update(text + (truthy(salt) ? str(salt) : ''))
    .digest('hex')
}

function urlText(value: Constant): string {
  if (!isDict(value)) return percentEncoded(str(value)).replaceAll('%2F', '/')
  const entries = Object.entries(value).map(
    ([key, one]) => `${percentEncoded(key)}=${percentEncoded(str(one))}`,
  )
  return entries.join('&').replaceAll('%20', '+')
}

const TESTS: Readonly<Record<string, (value: Constant, args: Args) => boolean>> = {
  defined: value => value !== undefined,
  undefined: value => value === undefined,
  none: value => value === null,
  string: value => typeof value === 'string',
  number: value => typeof value === 'number' || typeof value === 'boolean',
  integer: value => typeof value === 'number' && Number.isInteger(value),
  boolean: value => typeof value === 'boolean',
  mapping: isDict,
  sequence: value => isList(value) || isDict(value) || typeof value === 'string',
  iterable: value => isList(value) || isDict(value) || typeof value === 'string' || value === undefined,
  true: value => value === true,
  false: value => value === false,
  in: (value, [container]) => contains(container, value),
  ...Object.fromEntries(
    ['equalto', 'eq', '=='].map(name => [name, (value: Constant, [other]: Args) => equal(value, other)]),
  ),
  ...Object.fromEntries(
    ['ne', '!='].map(name => [name, (value: Constant, [other]: Args) => !equal(value, other)]),
  ),
}

/** What `value is name` gives. @throws TemplateError where the test is not known. */
export function applyTest(value: Constant, name: string, args: Args): boolean {
  const test = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined
  if (test === undefined) throw new TemplateError(`the test ${name} is not understood`)
  return test(value, args)
}
