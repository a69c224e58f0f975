import type { Args, Named } from './arguments.js'
import type { Constant } from './expression.js'
import { Moment, NothingThere, Span, TemplateError } from './expression.js'
import { isDict, isList, str } from './python.js'
import { formatted, isoText, moved } from './python-date.js'
import { capitalized, characters, replaced, split, splitFromEnd, stripped, titled } from './python-text.js'

const TEXT: Readonly<Record<string, (text: string, args: Args) => Constant>> = {
  split: (text, [separator, most]) => split(text, textOrNone(separator), numberOr(most, -1)),
  rsplit: (text, [separator, most]) => splitFromEnd(text, str(separator), numberOr(most, -1)),
  replace: (text, [from, to, most]) => replaced(text, str(from), str(to), numberOr(most, -1)),
  strip: (text, [signs]) => stripped(text, textOrNone(signs)),
  lstrip: (text, [signs]) => stripped(text, textOrNone(signs), { start: true, end: false }),
  rstrip: (text, [signs]) => stripped(text, textOrNone(signs), { start: false, end: true }),
  lower: text => text.toLowerCase(),
  upper: text => text.toUpperCase(),
  title: text => titled(text),
  capitalize: text => capitalized(text),
  startswith: (text, [start]) => [start].flat().some(one => text.startsWith(str(one))),
  endswith: (text, [end]) => [end].flat().some(one => text.endsWith(str(one))),
  find: (text, [part]) => {
    const at = text.indexOf(str(part))
    return at < 0 ? at : characters(text.slice(0, at)).length
  },
  count: (text, [part]) => text.split(str(part)).length - 1,
  isdigit: text => /^\p{Nd}+$/u.test(text),
  zfill: (text, [width]) =>
    text.replace(
      /^([-+]?)([^]*)$/,
      (_, sign: string, rest: string) => sign + rest.padStart(numberOr(width, 0) - sign.length, '0'),
    ),
  join: (text, [list]) => (isList(list) ? list.map(str).join(text) : characters(str(list)).join(text)),
}

const DICT: Readonly<Record<string, (dict: Readonly<Record<string, Constant>>, args: Args) => Constant>> = {
  get: (dict, [key, fallback = null]) => (Object.hasOwn(dict, str(key)) ? dict[str(key)] : fallback),
  keys: dict => Object.keys(dict),
  values: dict => Object.values(dict),
  items: dict => Object.entries(dict),
}

const MOMENT: Readonly<Record<string, (moment: Moment, args: Args, named: Named) => Constant>> = {
  strftime: (moment, [format]) => formatted(moment, str(format)),
  timestamp: ({ ms }) => ms / 1000,
  isoformat: moment => isoText(moment, 'T'),
  date: ({ ms, offset }) => new Moment(Math.floor((ms + offset) / 86_400_000) * 86_400_000, true),
  weekday: moment => (Number(formatted(moment, '%w')) + 6) % 7,
  isoweekday: moment => Number(formatted(moment, '%u')),
  replace: (moment, _args, named) => moved(moment, named),
}

/** What `value.name(...)` gives. @throws TemplateError where there is no such method. */
export function callMethod(value: Constant, name: string, args: Args, named: Named = {}): Constant {
  if (value instanceof Moment && Object.hasOwn(MOMENT, name)) return MOMENT[name]?.(value, args, named)
  if (Object.keys(named).length > 0) throw new TemplateError(`${name}() takes no names here`)
  if (typeof value === 'string' && Object.hasOwn(TEXT, name)) return TEXT[name]?.(value, args)
  if (isDict(value) && Object.hasOwn(DICT, name)) return DICT[name]?.(value, args)
  if (value instanceof Span && name === 'total_seconds') return value.ms / 1000
  if (value === undefined) throw new NothingThere(`${name}() is asked of something that is not there`)
  throw new TemplateError(`${name}() is not understood here`)
}

function textOrNone(value: Constant): string | undefined {
  return value === undefined || value === null ? undefined : str(value)
}

function numberOr(value: Constant, fallback: number): number {
  return typeof value === 'number' ? value : fallback
}
