/** Macros, filters, tests and methods that manifests use. */
import { createHash, createHmac } from 'node:crypto'
import { formatDate, parseDate, parseDuration, parseIso, PyDate, PyDelta, strftime } from './datetimes.mjs'
import { compare } from './jinja-operators.mjs'
import { equals, isDict, literal, parseJson, pyFloat, PyFloat, str, toJson, truthy } from './python.mjs'

const DAY_US = 86_400_000_000
const nowOf = context => new PyDate((context.now?.() ?? Date.now()) * 1000)
const dayOf = date => new PyDate(Math.floor(date.us / DAY_US) * DAY_US, { dateOnly: true, naive: true })

function extreme(sign) {
  return values => {
    const list = values.length === 1 && Array.isArray(values[0]) ? values[0] : values
    return list.reduce((best, one) => (compare(sign, one, best) ? one : best))
  }
}

function formatted(dt, format, inputFormat) {
  if (dt instanceof PyDate) return strftime(dt, format)
  if (typeof dt === 'number') return formatDate(parseDate(dt, inputFormat ?? '%s'), format)
  const date = inputFormat ? parseDate(str(dt), inputFormat) : parseIso(str(dt))
  return formatDate(new PyDate(date.us, { offset: date.offset }), format)
}

function regexOf(source, flags = '') {
  const js = source.replaceAll('(?P<', '(?<').replace(/^\(\?i\)/, '')
  return new RegExp(js, source.startsWith('(?i)') ? `${flags}i` : flags)
}

/** Python's re.search where it has a group, else ''. */
function regexSearch(value, regex) {
  const found = regexOf(regex).exec(str(value))
  return found !== null && found.length > 1 ? (found[1] ?? null) : ''
}

const replacement = text =>
  text.replaceAll('$', '$$$$').replace(/\\g<(\w+)>|\\(\d)/g, (_, name, digit) => `$${digit ?? name}`)

const items = value =>
  Array.isArray(value) ? value : typeof value === 'string' ? Array.from(value) : Object.keys(value ?? {})
const attribute = (item, path) =>
  str(path)
    .split('.')
    .reduce((one, key) => (one === undefined ? one : member(one, key)), item)

function mapped([list, name, ...rest], named, context) {
  if (named.attribute !== undefined)
    return items(list).map(item => attribute(item, named.attribute) ?? named.default)
  return items(list).map(item => call(`|${name}`, [item, ...rest], {}, context))
}

function select(wanted, byAttribute) {
  return ([list, ...args]) => {
    const path = byAttribute ? args.shift() : undefined
    const [name = 'truthy', ...rest] = args
    const test = tests[name]
    if (test === undefined) throw new Error(`Jinja: no test named ${name}`)
    return items(list).filter(
      item => truthy(test(byAttribute ? attribute(item, path) : item, ...rest)) === wanted,
    )
  }
}

/** Jinja's tests. */
export const tests = {
  truthy,
  defined: value => value !== undefined,
  undefined: value => value === undefined,
  none: value => value === null,
  string: value => typeof value === 'string',
  number: value => typeof value === 'number' || typeof value === 'bigint' || value instanceof PyFloat,
  integer: value => Number.isInteger(value) || typeof value === 'bigint',
  mapping: isDict,
  iterable: value => Array.isArray(value) || typeof value === 'string' || isDict(value),
  sequence: value => Array.isArray(value) || typeof value === 'string' || isDict(value),
  boolean: value => typeof value === 'boolean',
  true: value => value === true,
  false: value => value === false,
  equalto: equals,
  '==': equals,
  eq: equals,
  ne: (a, b) => !equals(a, b),
  '!=': (a, b) => !equals(a, b),
  in: (a, b) => items(b).some(one => equals(one, a)),
}

/** @returns {number | undefined} */
const number = value => {
  const found = typeof value === 'string' ? literal(value.trim())?.value : value
  return ['number', 'bigint', 'boolean'].includes(typeof found) || found instanceof PyFloat
    ? Number(found)
    : undefined
}

const CALLS = {
  now_utc: (_, __, context) => nowOf(context),
  today_utc: (_, __, context) => dayOf(nowOf(context)),
  today_with_timezone: (_, __, context) => dayOf(nowOf(context)),
  timestamp: ([dt]) =>
    typeof dt === 'string' ? pyFloat(parseIso(dt).us / 1_000_000) : Math.trunc(Number(dt)),
  str_to_datetime: ([text]) => parseIso(str(text)),
  max: extreme('>'),
  min: extreme('<'),
  day_delta: ([days, format], named, context) =>
    strftime(
      new PyDate(nowOf(context).us + Number(days ?? named.num_days) * DAY_US),
      format ?? named.format ?? '%Y-%m-%dT%H:%M:%S.%f%z',
    ),
  duration: ([text]) => parseDuration(str(text)),
  format_datetime: ([dt, format, input], named) =>
    formatted(dt, format ?? named.format, input ?? named.input_format),
  sanitize_url: ([text]) =>
    encodeURIComponent(str(text))
      .replaceAll('%20', '+')
      .replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
  camel_case_to_snake_case: ([text]) => text.replace(/(?<!^)(?=[A-Z])/g, '_').toLowerCase(),
  generate_uuid: () => '00000000-0000-4000-8000-000000000000',
  '|string': ([value]) => str(value),
  '|int': ([value, fallback = 0]) => Math.trunc(number(value) ?? fallback),
  '|float': ([value, fallback = 0]) => pyFloat(number(value) ?? fallback),
  '|length': ([value]) =>
    value === undefined
      ? 0
      : value instanceof Object && !Array.isArray(value)
        ? Object.keys(value).length
        : value.length,
  '|default': ([value, fallback = '', falsy = false]) =>
    value === undefined || (falsy && !truthy(value)) ? fallback : value,
  '|replace': ([value, from, to]) => str(value).replaceAll(str(from), () => str(to)),
  '|join': ([list, separator = ''], named) =>
    items(list)
      .map(one => str(named.attribute ? attribute(one, named.attribute) : one))
      .join(separator),
  '|lower': ([value]) => str(value).toLowerCase(),
  '|upper': ([value]) => str(value).toUpperCase(),
  '|trim': ([value]) => str(value).trim(),
  '|list': ([value]) => [...items(value)],
  '|first': ([value]) => items(value)[0],
  '|last': ([value]) => items(value).at(-1),
  '|unique': ([value]) =>
    items(value).filter((one, index, all) => all.findIndex(other => equals(one, other)) === index),
  '|sum': ([value]) => items(value).reduce((sum, one) => sum + Number(one), 0),
  '|abs': ([value]) => Math.abs(Number(value)),
  '|round': ([value, digits = 0]) => pyFloat(Number(Number(value).toFixed(digits))),
  '|map': mapped,
  '|selectattr': select(true, true),
  '|rejectattr': select(false, true),
  '|select': select(true, false),
  '|reject': select(false, false),
  '|tojson': ([value]) => toJson(value ?? null),
  '|urlencode': ([value]) => urlencode(value),
  '|hash': ([value, type = 'md5', salt = '']) =>
    createHash(type)
      .update(str(value) + str(salt))
      .digest('hex'),
  '|hmac': ([value, key]) => createHmac('sha256', str(key)).update(str(value)).digest('hex'),
  '|base64encode': ([value]) => Buffer.from(str(value)).toString('base64'),
  '|base64decode': ([value]) => Buffer.from(str(value), 'base64').toString(),
  '|base64binascii_decode': ([value]) => Buffer.from(str(value)).toString('base64'),
  '|regex_search': ([value, regex]) => regexSearch(value, regex),
  '|regex_replace': ([value, regex, by]) => str(value).replace(regexOf(regex, 'g'), replacement(by)),
  json_loads: ([text]) => parseJson(str(text)),
  '|safe': ([value]) => value,
}
CALLS['|count'] = CALLS['|length']
CALLS['|d'] = CALLS['|default']

function urlencode(value) {
  if (isDict(value)) return new URLSearchParams(Object.entries(value).map(([k, v]) => [k, str(v)])).toString()
  return encodeURIComponent(str(value)).replaceAll('%2F', '/')
}

/** A macro, or with `|` before its name a filter. */
export function call(name, values, named, context) {
  const found = CALLS[name]
  if (found === undefined) throw new Error(`Jinja: no such function: ${name}`)
  return found(values, named, context)
}

const TEXT_METHODS = {
  split: text => (separator, most) => {
    if (typeof separator !== 'string') return text.trim() === '' ? [] : text.trim().split(/\s+/)
    const parts = text.split(separator)
    return typeof most === 'number' && parts.length > most + 1
      ? [...parts.slice(0, most), parts.slice(most).join(separator)]
      : parts
  },
  strip: text => chars => stripped(text, chars, true, true),
  lstrip: text => chars => stripped(text, chars, true, false),
  rstrip: text => chars => stripped(text, chars, false, true),
  lower: text => () => text.toLowerCase(),
  upper: text => () => text.toUpperCase(),
  title: text => () => text.toLowerCase().replace(/(^|[^a-z])([a-z])/g, all => all.toUpperCase()),
  capitalize: text => () => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  replace: text => (from, to) => text.replaceAll(from, () => to),
  startswith: text => prefix => [prefix].flat().some(one => text.startsWith(one)),
  endswith: text => suffix => [suffix].flat().some(one => text.endsWith(one)),
  join: text => list => items(list).map(str).join(text),
  count: text => part => text.split(part).length - 1,
  find: text => part => text.indexOf(part),
  format:
    text =>
    (...values) => {
      let index = 0
      return text.replace(/\{(\w*)\}/g, (_, name) =>
        str(name === '' ? values[index++] : (values.at(-1)?.[name] ?? values[Number(name)])),
      )
    },
}

function stripped(text, chars, left, right) {
  const set = typeof chars === 'string' ? chars : ' \t\r\n'
  let [start, end] = [0, text.length]
  while (left && start < end && set.includes(text[start])) start += 1
  while (right && end > start && set.includes(text[end - 1])) end -= 1
  return text.slice(start, end)
}

const DICT_METHODS = {
  get:
    dict =>
    (key, fallback = null) =>
      Object.hasOwn(dict, str(key)) ? dict[str(key)] : fallback,
  keys: dict => () => Object.keys(dict),
  values: dict => () => Object.values(dict),
  items: dict => () => Object.entries(dict),
}

function isoformat(date, separator, timespec) {
  const spec = typeof separator === 'string' ? timespec : separator.timespec
  const kept = spec === 'seconds' ? new PyDate(Math.floor(date.us / 1_000_000) * 1_000_000, date) : date
  return date.dateOnly
    ? strftime(date, '%Y-%m-%d')
    : kept.toString().replace(' ', typeof separator === 'string' ? separator : 'T')
}

const DATE_METHODS = {
  strftime: date => format => strftime(date, format),
  isoformat:
    date =>
    (separator = 'T', timespec = 'auto') =>
      isoformat(date, separator, timespec),
  timestamp: date => () => pyFloat(date.us / 1_000_000),
  weekday: date => () => (new Date(date.us / 1000).getUTCDay() + 6) % 7,
  date: date => () => dayOf(date),
  replace:
    date =>
    (named = {}) =>
      replaced(date, named),
  astimezone: date => () => date,
  year: date => new Date(date.us / 1000).getUTCFullYear(),
  month: date => new Date(date.us / 1000).getUTCMonth() + 1,
  day: date => new Date(date.us / 1000).getUTCDate(),
  hour: date => new Date(date.us / 1000).getUTCHours(),
  minute: date => new Date(date.us / 1000).getUTCMinutes(),
  second: date => new Date(date.us / 1000).getUTCSeconds(),
}

function replaced(date, named) {
  const d = new Date(date.us / 1000)
  if (named.year !== undefined) d.setUTCFullYear(named.year)
  if (named.month !== undefined) d.setUTCMonth(named.month - 1)
  if (named.day !== undefined) d.setUTCDate(named.day)
  d.setUTCHours(
    named.hour ?? d.getUTCHours(),
    named.minute ?? d.getUTCMinutes(),
    named.second ?? d.getUTCSeconds(),
  )
  const micros = named.microsecond ?? date.us % 1_000_000
  return new PyDate(Math.floor(d.getTime() / 1000) * 1_000_000 + micros, date)
}

const DELTA_METHODS = {
  days: delta => Math.floor(delta.us / DAY_US),
  total_seconds: delta => () => pyFloat(delta.us / 1_000_000),
}
const LIST_METHODS = {
  index: list => item => list.findIndex(one => equals(one, item)),
  count: list => item => list.filter(one => equals(one, item)).length,
}

/** `target.key` or `target[key]`; undefined where there is none. `callable`: a method comes before an item. */
export function member(target, key, callable = false) {
  if (target === null || target === undefined) return undefined
  if (typeof target === 'string')
    return typeof key === 'number' ? target.at(key) : TEXT_METHODS[key]?.(target)
  if (Array.isArray(target)) return typeof key === 'number' ? target.at(key) : LIST_METHODS[key]?.(target)
  if (target instanceof PyDate) return DATE_METHODS[key]?.(target)
  if (target instanceof PyDelta) return DELTA_METHODS[key]?.(target)
  if (!isDict(target)) return undefined
  if (callable && DICT_METHODS[key]) return DICT_METHODS[key](target)
  return Object.hasOwn(target, str(key)) ? target[str(key)] : undefined
}
