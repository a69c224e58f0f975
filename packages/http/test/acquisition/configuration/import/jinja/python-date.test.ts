import { describe, expect, test } from 'vitest'
import {
  isoSpan,
  literal,
  Moment,
  parsed,
  parseTemplate,
  reduce,
  TemplateError,
} from '../../../../../src/acquisition/configuration/import/jinja/index.js'
import type { Constant } from '../../../../../src/acquisition/configuration/import/jinja/index.js'
import {
  formatted,
  isoMoment,
} from '../../../../../src/acquisition/configuration/import/jinja/python-date.js'
import { durationText } from '../../../../../src/acquisition/configuration/import/emit/durations.js'

const AFTERNOON = Date.UTC(2024, 0, 31, 15, 4, 5, 67)

test.each([
  ['%Y-%m-%dT%H:%M:%S.%f%z', '2024-01-31T15:04:05.067000+0000'],
  ['%d.%m.%y', '31.01.24'],
  ['%I:%M %p %Z', '03:04 PM UTC'],
  ['%A %d %B, %a %b', 'Wednesday 31 January, Wed Jan'],
  ['%s %ms %s_as_float', '1706713445 1706713445067 1706713445.067'],
  ['%epoch_microseconds', '1706713445067000'],
  ['%H%_ms', '15067'],
  ['100%% %', '100% %'],
])('strftime %s', (format, expected) => {
  expect(formatted(new Moment(AFTERNOON), format)).toBe(expected)
})

test('midnight is twelve on a clock of twelve hours', () => {
  expect(formatted(new Moment(Date.UTC(2024, 0, 1)), '%I %p')).toBe('12 AM')
})

test.each([
  ['2024-01-31', '%Y-%m-%d', Date.UTC(2024, 0, 31)],
  ['31/1/2024 15:04', '%d/%m/%Y %H:%M', Date.UTC(2024, 0, 31, 15, 4)],
  ['2024-01-31T15:04:05.067Z', '%Y-%m-%dT%H:%M:%S.%f%z', AFTERNOON],
  ['2024-01-31T15:04:05+02:00', '%Y-%m-%dT%H:%M:%S%z', Date.UTC(2024, 0, 31, 13, 4, 5)],
  ['2024-01-31T15:04:05-0130', '%Y-%m-%dT%H:%M:%S%z', Date.UTC(2024, 0, 31, 16, 34, 5)],
  ['1706713445', '%s', 1_706_713_445_000],
  ['1706713445.5', '%s_as_float', 1_706_713_445_500],
  ['1706713445067', '%ms', AFTERNOON],
  ['2024.01%', '%Y.%m%%', Date.UTC(2024, 0, 1)],
])('strptime %s by %s', (text, format, ms) => {
  expect(parsed(text, format).ms).toBe(ms)
})

test.each([
  ['2024', Date.UTC(2024, 0, 1)],
  ['202401', Number.NaN],
  ['2024-02', Date.UTC(2024, 1, 1)],
  ['20240131', Date.UTC(2024, 0, 31)],
  ['2024-01-31 15', Date.UTC(2024, 0, 31, 15)],
  ['2024-01-31T15:04', Date.UTC(2024, 0, 31, 15, 4)],
  ['2024-01-31T15:04:05.067Z', AFTERNOON],
  ['2024-01-31T15:04:05,067+01', AFTERNOON - 3_600_000],
])('ISO 8601 %s', (text, ms) => {
  if (Number.isNaN(ms)) expect(() => isoMoment(text)).toThrow('"202401" is no date in ISO 8601')
  else expect(isoMoment(text).ms).toBe(ms)
})

test.each([
  ['P1Y', 365 * 86_400_000, '365d'],
  ['P1M', 30 * 86_400_000, '30d'],
  ['P2W', 14 * 86_400_000, '14d'],
  ['P1DT2H', 26 * 3_600_000, '26h'],
  ['PT90M', 90 * 60_000, '90m'],
  ['PT0.5S', 500, '500ms'],
  ['PT0S', 0, '0ms'],
])('%s', (text, ms, shown) => {
  expect(isoSpan(text).ms).toBe(ms)
  expect(durationText(text, 'all')).toBe(shown)
})

test('what is no date or duration is said', () => {
  expect(() => parsed('31-01', '%Y-%m')).toThrow('"31-01" is no date of the form %Y-%m')
  expect(() => parsed('x', '%q')).toThrow(TemplateError)
  expect(() => formatted(new Moment(0), '%q')).toThrow("%q in a date's format is not understood")
  expect(() => isoSpan('30D')).toThrow('"30D" is no duration such as P30D')
  expect(() => durationText('one day')).toThrow('"one day" is no duration')
})

describe('a rendered text is read as a literal of Python', () => {
  test.each<[string, Constant]>([
    ['7', 7],
    ['-2.5', -2.5],
    ['007', '007'],
    ['+12', 12],
    ['True', true],
    ['None', null],
    ['Trueish', 'Trueish'],
    ["['a', 1]", ['a', 1]],
    ['(1, 2)', [1, 2]],
    ["{'a': {'b': False}}", { a: { b: false } }],
    ["'quoted'", 'quoted'],
    ['"""{"a": 1}"""', '{"a": 1}'],
    ['[a, b]', '[a, b]'],
    ['2024-01-31', '2024-01-31'],
    ['-x', '-x'],
    ['plain', 'plain'],
    ["'a\\n\\x41\\u0042\\q'", 'a\nAB\\q'],
  ])('%s', (text, expected) => {
    expect(literal(text)).toEqual(expected)
  })
})

describe('functions of the CDK', () => {
  const now = new Moment(AFTERNOON)
  const value = (expression: string) => {
    const found = reduce(parseTemplate(`{{ ${expression} }}`), {
      setting: () => ({ is: 'value', value: undefined }),
      names: {},
      now,
    })
    return found.kind === 'constant' ? found.value : found.kind
  }

  test.each<[string, Constant]>([
    ["today_with_timezone('Europe/Rome').strftime('%d %H')", '31 00'],
    ['day_delta(1)', '2024-02-01T15:04:05.067000+0000'],
    ['timestamp(1706713445.9)', 1_706_713_445],
    ["timestamp('2024-01-31')", 1_706_659_200],
    ['timestamp(today_utc())', 1_706_659_200],
    ["format_datetime(1706713445, '%Y')", '2024'],
    ["format_datetime(now_utc(), format='%H')", '15'],
    ["format_datetime('31.01.2024', '%Y-%m', '%d.%m.%Y')", '2024-01'],
    ["camel_case_to_snake_case('createdAtUTC')", 'created_at_u_t_c'],
    ["dict(a=1, b='x')", { a: 1, b: 'x' }],
    ["sanitize_url('a b/c')", 'a+b%2Fc'],
    ['max([2, 9, 4])', 9],
    ['min(2, 9)', 2],
    ['now_utc().year * 100 + now_utc().month', 202_401],
    ['now_utc().day + now_utc().hour + now_utc().minute + now_utc().second', 55],
  ])('%s', (expression, expected) => {
    expect(value(expression)).toEqual(expected)
  })

  test.each([
    ["day_delta('x')", 'x is no number'],
    ['max([])', 'of nothing'],
  ])('%s cannot be worked out', (expression, message) => {
    expect(() => value(expression)).toThrow(message)
  })
})
