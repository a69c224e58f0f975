import type { Constant } from './expression.js'
import { Moment, NothingThere, TemplateError } from './expression.js'
import { compared, isDict, isList, str } from './python.js'
import { formatted, isoMoment, isoSpan, parsed } from './python-date.js'

type Named = Readonly<Record<string, Constant>>
export type Macro = (args: readonly Constant[], named: Named, now: Moment) => Constant

const DAY = 86_400_000

/** The functions that the CDK gives to templates. What has to do with the present depends on `now`. */
export const macros: Readonly<Record<string, Macro>> = {
  now_utc: (_args, _named, now) => now,
  today_utc: (_args, _named, { ms }) => new Moment(Math.floor(ms / DAY) * DAY, true),
  today_with_timezone: (_args, _named, { ms }) => new Moment(Math.floor(ms / DAY) * DAY, true),
  day_delta: ([days], { format }, { ms }) =>
    formatted(
      new Moment(ms + number(days) * DAY),
      format === undefined ? '%Y-%m-%dT%H:%M:%S.%f%z' : str(format),
    ),
  timestamp: ([value]) => (typeof value === 'number' ? Math.trunc(value) : momentOf(value).ms / 1000),
  str_to_datetime: ([text]) => isoMoment(str(text)),
  duration: ([text]) => isoSpan(str(text)),
  format_datetime: (args, named) => formatDate(args, named),
  max: args => extreme(args, 1),
  min: args => extreme(args, -1),
  sanitize_url: ([text]) => encodeURIComponent(str(text)).replaceAll('%20', '+'),
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

function formatDate([value, format, input]: readonly Constant[], named: Named): Constant {
  const inputFormat = input ?? named['input_format']
  const wanted = str(format ?? named['format'])
  if (typeof value === 'number') return formatted(new Moment(value * 1000), wanted)
  const moment = value instanceof Moment ? value : dateOf(str(value), inputFormat)
  return formatted(moment, wanted)
}

function dateOf(text: string, format: Constant): Moment {
  return typeof format === 'string' ? parsed(text, format) : isoMoment(text)
}

function momentOf(value: Constant): Moment {
  if (value instanceof Moment) return value
  return typeof value === 'number' ? new Moment(value * 1000) : isoMoment(str(value))
}

function number(value: Constant): number {
  if (typeof value === 'number') return value
  throw new TemplateError(`${str(value)} is no number`)
}

function extreme(args: readonly Constant[], sign: number): Constant {
  const [first] = args
  const values = args.length === 1 && isList(first) ? first : args
  if (values.length === 0) throw new TemplateError('the greatest or least of nothing is asked for')
  return values.reduce((best, one) => (compared(one, best) * sign > 0 ? one : best))
}

/** What is read of an object by name: dates have their fields. */
export function attributeOf(value: Constant, key: Constant): Constant {
  if (isDict(value)) return Object.hasOwn(value, str(key)) ? value[str(key)] : undefined
  if ((isList(value) || typeof value === 'string') && typeof key === 'number') return value.at(key)
  if (value instanceof Moment) return dateField(value, str(key))
  if (value === undefined) throw new NothingThere(`${str(key)} is read of something that is not there`)
  return undefined
}

function dateField({ ms }: Moment, name: string): Constant {
  const date = new Date(ms)
  const fields: Readonly<Record<string, number>> = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
  return fields[name]
}
