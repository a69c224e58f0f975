import type { Constant } from './expression.js'
import { Moment, TemplateError } from './expression.js'
import { isDict, isList, str } from './python.js'
import { formatted } from './python-date.js'

type Args = readonly Constant[]

const TEXT: Readonly<Record<string, (text: string, args: Args) => Constant>> = {
  split: (text, [separator, most]) => split(text, separator, most),
  replace: (text, [from, to]) => text.replaceAll(str(from), () => str(to)),
  strip: (text, [signs]) => stripped(text, signs, true, true),
  lstrip: (text, [signs]) => stripped(text, signs, true, false),
  rstrip: (text, [signs]) => stripped(text, signs, false, true),
  lower: text => text.toLowerCase(),
  upper: text => text.toUpperCase(),
  title: text => text.replace(/\w+/g, word => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase()),
  capitalize: text => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  startswith: (text, [start]) => text.startsWith(str(start)),
  endswith: (text, [end]) => text.endsWith(str(end)),
  find: (text, [part]) => text.indexOf(str(part)),
  join: (text, [list]) => (isList(list) ? list.map(str).join(text) : Array.from(str(list)).join(text)),
}

const DICT: Readonly<Record<string, (dict: Readonly<Record<string, Constant>>, args: Args) => Constant>> = {
  get: (dict, [key, fallback = null]) => (Object.hasOwn(dict, str(key)) ? dict[str(key)] : fallback),
  keys: dict => Object.keys(dict),
  values: dict => Object.values(dict),
  items: dict => Object.entries(dict),
}

const MOMENT: Readonly<Record<string, (moment: Moment, args: Args) => Constant>> = {
  strftime: (moment, [format]) => formatted(moment, str(format)),
  timestamp: ({ ms }) => ms / 1000,
  isoformat: moment => formatted(moment, '%Y-%m-%dT%H:%M:%S+00:00'),
  date: ({ ms }) => new Moment(Math.floor(ms / 86_400_000) * 86_400_000, true),
}

/** What `value.name(...)` gives. @throws TemplateError where there is no such method. */
export function callMethod(value: Constant, name: string, args: Args): Constant {
  if (typeof value === 'string' && Object.hasOwn(TEXT, name)) return TEXT[name]?.(value, args)
  if (isDict(value) && Object.hasOwn(DICT, name)) return DICT[name]?.(value, args)
  if (value instanceof Moment && Object.hasOwn(MOMENT, name)) return MOMENT[name]?.(value, args)
  throw new TemplateError(`${name}() is not understood here`)
}

function split(text: string, separator: Constant, most: Constant): readonly string[] {
  if (separator === undefined || separator === null) return text.trim().split(/\s+/)
  const parts = text.split(str(separator))
  if (typeof most !== 'number' || most < 0 || parts.length <= most + 1) return parts
  return [...parts.slice(0, most), parts.slice(most).join(str(separator))]
}

function stripped(text: string, signs: Constant, atStart: boolean, atEnd: boolean): string {
  const drops = (sign: string | undefined): boolean =>
    sign !== undefined && (typeof signs === 'string' ? signs.includes(sign) : /\s/.test(sign))
  let [start, end] = [0, text.length]
  while (atStart && start < end && drops(text[start])) start++
  while (atEnd && end > start && drops(text[end - 1])) end--
  return text.slice(start, end)
}
