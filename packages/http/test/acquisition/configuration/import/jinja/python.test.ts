import { describe, expect, test } from 'vitest'
import {
  constant,
  Moment,
  parseTemplate,
  reduce,
  str,
  TemplateError,
} from '../../../../../src/acquisition/configuration/import/jinja/index.js'
import type { Constant } from '../../../../../src/acquisition/configuration/import/jinja/index.js'

const now = new Moment(Date.UTC(2024, 1, 3, 4, 5, 6, 7))

const known: Readonly<Record<string, Constant>> = {
  text: ' Ann Lee ',
  word: "it's",
  quoted: `a'b"c`,
  list: [3, 1, 2, 1],
  texts: ['x', 'y'],
  dict: { a: 1, b: [true, null] },
  yes: true,
  half: 2.5,
  nothing: null,
}

function value(expression: string): Constant {
  const found = reduce(parseTemplate(`{{ ${expression} }}`), {
    setting: () => ({ is: 'value', value: undefined }),
    names: Object.fromEntries(Object.entries(known).map(([name, one]) => [name, constant(one)])),
    now,
  })
  if (found.kind !== 'constant') throw new Error(`${found.kind} is left`)
  return found.value
}

describe('what is known at import is worked out as Python does', () => {
  test.each<[string, Constant]>([
    ['yes and half', 2.5],
    ['nothing or 0', 0],
    ['[] or {} or "x"', 'x'],
    ['{} | string', '"""{}"""'],
    ['not dict', false],
    ['not {}', true],
    ['1 == true', true],
    ['[1, 2] == [1, 2]', true],
    ['[1] == [1, 2]', false],
    ["{'a': 1} == {'a': 1}", true],
    ['none == nothing', true],
    ["'b' > 'a'", true],
    ["'a' >= 'a'", true],
    ['true < 2', true],
    ['now_utc() == now_utc()', true],
    ["now_utc() > now_utc() - duration('PT1S')", true],
    ["duration('PT1M') > duration('PT1S')", true],
    ["'e' in 'Lee'", true],
    ['1 in list', true],
    ["'a' in dict", true],
    ["'x' in config", false],
    ['1 in dict.z', false],
    ["'a' ~ 1 ~ yes ~ nothing ~ half", 'a1TrueNone2.5'],
    ["'' ~ list", '[3, 1, 2, 1]'],
    ["'' ~ dict", "{'a': 1, 'b': [True, None]}"],
    ["'' ~ [word]", `["it's"]`],
    ["'' ~ [quoted]", `['a\\'b"c']`],
    ["'' ~ now_utc()", '2024-02-03 04:05:06.007000+00:00'],
    ["'' ~ today_utc()", '2024-02-03'],
    ['list + [4]', [3, 1, 2, 1, 4]],
    ['-half', -2.5],
    ['7 // 2', 3],
    ['-7 // 2', -4],
    ['2 ** 10', 1024],
    ['7 - 9', -2],
    ['7 / 2', 3.5],
    ["'7' | int + 1", 8],
    ["'7.9' | int", 7],
    ["'x' | int", 0],
    ["'x' | int(5)", 5],
    ["'x' | float(1)", 1],
    ['yes | int', 1],
    ["'' | int", 0],
    ["'-2' | int | abs", 2],
    ['3.6 | round', 4],
    ["'a/b c' | urlencode", 'a/b%20c'],
    ['text | trim', 'Ann Lee'],
    ["texts | join(', ')", 'x, y'],
    ['dict | length', 2],
    ["'abc' | count", 3],
    ['dict | list', ['a', 'b']],
    ["'abc' | first", 'a'],
    ['list | last', 1],
    ['list | unique', [3, 1, 2]],
    ["'aXb' | lower | replace('x', '$&')", 'a$&b'],
    ["dict.z | default('d')", 'd'],
    ["'' | default('d')", ''],
    ["'' | default('d', true)", 'd'],
    ["dict.z | d('e')", 'e'],
    ['dict | tojson', '{"a":1,"b":[true,null]}'],
    ["'abc' | hash('md5')", '900150983cd24fb0d6963f7d28e17f72'],
    ["'abc' | hash('sha256', '')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ["'YQ==' | base64decode", 'a'],
    ["'a1b2' | regex_replace('[0-9]', '-')", 'a-b-'],
    ["'abc' | regex_search('x(.)')", ''],
    ['[dict] | map(attribute="a") | list', [1]],
    ['list is iterable', true],
    ['list is sequence', true],
    ['half is integer', false],
    ['2 is integer', true],
    ['dict is mapping', true],
    ['1 is eq(1)', true],
    ['dict.z is undefined', true],
    ["' a b  c '.split()", ['a', 'b', 'c']],
    ["'a,b,c'.split(',', 1)", ['a', 'b,c']],
    ["'a,b'.split(',', -1)", ['a', 'b']],
    ["'xxaxx'.strip('x')", 'a'],
    ["'xxaxx'.lstrip('x')", 'axx'],
    ["'xxaxx'.rstrip('x')", 'xxa'],
    ["' a '.strip()", 'a'],
    ["'the end'.title()", 'The End'],
    ["'tHE'.capitalize()", 'The'],
    ["'abc'.find('c')", 2],
    ["'-'.join('abc')", 'a-b-c'],
    ["dict.get('a')", 1],
    ["dict.get('z', 9)", 9],
    ['dict.keys()', ['a', 'b']],
    ['dict.values()', [1, [true, null]]],
    ['dict.items() | first', ['a', 1]],
    ["now_utc().strftime('%s')", '1706933106'],
    ['now_utc().timestamp()', 1_706_933_106.007],
    ['now_utc().isoformat()', '2024-02-03T04:05:06+00:00'],
    ["'' ~ now_utc().date()", '2024-02-03'],
    ['list[0]', 3],
    ['list[-1]', 1],
    ['list[1:3]', [1, 2]],
    ["'abcdef'[-2:]", 'ef'],
    ["{'k': list}.k[0]", 3],
  ])('%s', (expression, expected) => {
    expect(value(expression)).toEqual(expected)
  })

  test.each([
    ["'a' < 1", `'a' and 1 have no order`],
    ['1 in half', 'nothing can be in 2.5'],
    ["'a' | unknown", 'the filter unknown is not understood'],
    ["'a' is odd", 'the test odd is not understood'],
    ["'a'.swapcase()", 'swapcase() is not understood here'],
    ['unknown(1)', 'the function unknown is not understood'],
    ['{% for a in record.b %}{% endfor %}', undefined],
    ['(1', undefined],
  ])('%s cannot be worked out', (expression, message) => {
    const attempt = () => value(expression)
    expect(attempt).toThrow(TemplateError)
    if (message !== undefined) expect(attempt).toThrow(message)
  })

  test('nothing is an empty text, and what is no text is as Python shows it', () => {
    expect([str(undefined), str(null), str(false), str([undefined])]).toEqual([
      '',
      'None',
      'False',
      '[Undefined]',
    ])
  })
})
