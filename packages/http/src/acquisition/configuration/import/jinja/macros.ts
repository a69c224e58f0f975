import type { Constant } from './expression.js'
import { Moment, NothingThere, Span, TemplateError } from './expression.js'
import { compared, isDict, isList, str } from './python.js'
import { bound } from './arguments.js'
import { dateField, formatted, isoMoment, isoSpan, parsed } from './python-date.js'
import { characters, percentEncoded } from './python-text.js'

type Named = Readonly<Record<string, Constant>>
export type Macro = (args: readonly Constant[], named: Named, now: Moment) => Constant

const DAY = 86_400_000

/** The functions that the CDK gives to templates. What has to do with the present depends on `now`. */
export const macros: Readonly<Record<string, Macro>> = {
  now_utc: (_args, _named, now) => now,
  today_utc: (_args, _named, { ms }) => new Moment(Math.floor(ms / DAY) * DAY, true),
  today_with_timezone: (_args, _named, { ms }) => new Moment(Math.floor(ms / DAY) * DAY, true),
  day_delta: (args, given, { ms }) => {
    const [days, format = '%Y-%m-%dT%H:%M:%S.%f%z'] = bound(
      'day_delta()',
      ['num_days', 'format'],
      args,
      given,
    )
    return formatted(new Moment(ms + number(days) * DAY), str(format))
  },
  timestamp: ([value]) => (typeof value === 'number' ? Math.trunc(value) : momentOf(value).ms / 1000),
  str_to_datetime: ([text]) => isoMoment(str(text)),
  duration: ([text]) => isoSpan(str(text)),
  format_datetime: (args, named) =>
    formatDate(bound('format_datetime()', ['dt', 'format', 'input_format'], args, named)),
  max: args => extreme(args, 1),
  min: args => extreme(args, -1),
  sanitize_url: ([text]) => percentEncoded(str(text)).replaceAll('%20', '+'),
  camel_case_to_snake_case: ([text]) =>
    str(text)
      .replace(/(?<!^)(?=[A-Z])/g, '_')
      .toLowerCase(),
  dict: (_args, named) => named,
}

/** Those whose value changes with time. */
export const TEMPORAL: ReadonlySet<string> = new Set([
  'now_utc',
  'today_utc',
  'today_with_timezone',
  'day_delta',
])

function formatDate([value, format, input]: readonly Constant[]): Constant {
  const wanted = str(format)
  if (value instanceof Moment) return formatted(value, wanted)
  const isText = typeof input === 'string' && input !== ''
  if (typeof value === 'number') return formatted(parsed(str(value), isText ? input : '%s'), wanted)
  return formatted(isText ? parsed(str(value), input) : isoMoment(str(value)), wanted)
}

function momentOf(value: Constant): Moment {
  if (value instanceof Moment) return value
  return typeof value === 'number' ? new Moment(value * 1000) : isoMoment(str(value))
}

function number(value: Constant): number {
  if (typeof value === 'number') return value
  throw new TemplateError(`${str(value)} is no number`)
}

/** The greatest or the least, of a list or of the values given. */
export function extreme(args: readonly Constant[], sign: number): Constant {
  const [first] = args
  const values = args.length === 1 && isList(first) ? first : args
  if (values.length === 0) throw new TemplateError('the greatest or least of nothing is asked for')
  return values.reduce((best, one) => (compared(one, best) * sign > 0 ? one : best))
}

/** What is read of an object by name: dates have their fields. */
export function attributeOf(value: Constant, key: Constant): Constant {
  if (isDict(value)) return Object.hasOwn(value, str(key)) ? value[str(key)] : undefined
  if (isList(value) && typeof key === 'number') return value.at(key)
  if (typeof value === 'string' && typeof key === 'number') return characters(value).at(key)
  if (value instanceof Moment) return dateField(value, str(key))
  if (value instanceof Span) return str(key) === 'days' ? Math.floor(value.ms / DAY) : undefined
  if (value === undefined) throw new NothingThere(`${str(key)} is read of something that is not there`)
  return undefined
}
