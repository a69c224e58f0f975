import { describe, expect, test } from 'vitest'
import { fieldName, jsonataOf } from '../../../../../src/acquisition/configuration/import/emit/jsonata.js'
import { parseTemplate, reduce } from '../../../../../src/acquisition/configuration/import/jinja/index.js'
import { compileExpression } from '../../../../../src/acquisition/records/expression.js'

const NOW = '2024-02-03T04:05:06.007Z'

const record = {
  id: 7,
  name: 'Ann Lee',
  email: '',
  gone: null,
  paid: true,
  amount: '12.5',
  negative: '-3.7',
  price: 2.5,
  created: '2024-01-31T10:20:30Z',
  seconds: 1_706_696_430,
  tags: ['b', 'a', 'b'],
  numbers: [3, 1, 2],
  none: [],
  empty: {},
  owner: { name: 'Bo', 'home-town': 'Ulm' },
  lines: [
    { sku: 'x', count: 1, seller: { id: 5 } },
    { sku: 'y', count: 2, seller: { id: 6 } },
  ],
  link: '<https://a.example/p?after=Zm9v&n=1>; rel="next"',
  key: 'name',
}

/** A way into the record as JSONata has it; the present by its name. */
function nameOf(root: string, keys: readonly (string | number)[]): string | undefined {
  if (root === 'now') return '$now'
  if (root !== 'record') return undefined
  const steps = keys.map(key => (typeof key === 'number' ? `[${key}]` : `.${fieldName(key)}`))
  return `$${steps.join('')}`
}

function converted(template: string): string {
  const left = reduce(parseTemplate(template), {
    setting: () => ({ is: 'value', value: undefined }),
    names: {},
  })
  return jsonataOf(left, nameOf)
}

const computed = (expression: string) =>
  compileExpression(converted(`{{ ${expression} }}`))(record, { now: NOW })

describe('an expression in JSONata gives what Jinja gives', () => {
  test.each<[string, unknown]>([
    ['record.id + 1', 8],
    ["record['id'] - 2 * 3", 1],
    ['-record.id', -7],
    ['record.id // 2', 3],
    ['record.id / 2', 3.5],
    ['record.id % 4', 3],
    ['record.id ** 2', 49],
    ["record.name + '!'", 'Ann Lee!'],
    ['record.name + record.key', 'Ann Leename'],
    ['record.price + record.id', 9.5],
    ['record.id ~ record.name', '7Ann Lee'],
    ["record.owner['home-town'] ~ '.'", 'Ulm.'],
    ['record[record.key]', 'Ann Lee'],
    ['record.lines[1].sku', 'y'],
    ['[record.id, record.name]', [7, 'Ann Lee']],
    ["{'id': record.id, 'of': record.owner.name}", { id: 7, of: 'Bo' }],
  ])('values: %s', async (expression, expected) => {
    expect(await computed(expression)).toEqual(expected)
  })

  test.each<[string, unknown]>([
    ['record.id == 7', true],
    ['record.id != 7', false],
    ['record.id > 6 and record.id <= 7', true],
    ['record.gone == none', true],
    ['record.gone != none', false],
    ['record.absent == none', true],
    ['record.absent is defined', false],
    ['record.absent is undefined', true],
    ['record.gone is none', true],
    ['record.name is string', true],
    ['record.id is number', true],
    ['record.paid is boolean', true],
    ['record.owner is mapping', true],
    ['record.paid is true', true],
    ['record.paid is false', false],
    ['record.id is equalto(7)', true],
    ['not record.absent', true],
    ['not record.paid', false],
    ["'a' in record.tags", true],
    ["'z' not in record.tags", true],
    ["'Lee' in record.name", true],
    ["'name' in record.owner", true],
    ["'town' in record.owner", false],
    ["record.key in ['name', 'id']", true],
    ["record.key in 'a name'", true],
    ["'id' in record", true],
    ["'absent' in record", false],
    ["record.name.startswith('Ann')", true],
    ["record.name.endswith('Ann')", false],
    ["record.name.endswith('Lee')", true],
  ])('conditions: %s', async (expression, expected) => {
    expect(await computed(expression)).toBe(expected)
  })

  test.each<[string, unknown]>([
    ["'yes' if record.paid else 'no'", 'yes'],
    ["'yes' if record.email else 'no'", 'no'],
    ["'yes' if record.gone else 'no'", 'no'],
    ["'yes' if record.none else 'no'", 'no'],
    ["'yes' if record.empty else 'no'", 'no'],
    ["record.email or 'nobody'", 'nobody'],
    ["record.name or 'nobody'", 'Ann Lee'],
    ['record.paid and record.name', 'Ann Lee'],
    ["record.absent | default('x')", 'x'],
    ["record.name | default('x')", 'Ann Lee'],
    ["record.email | default('x', true)", 'x'],
    ["record.get('absent', 'x')", 'x'],
    ["record.get('name', 'x')", 'Ann Lee'],
    ["record.get('owner', {}).get('name') ~ ''", 'Bo'],
    ['record.get(record.key)', 'Ann Lee'],
  ])('choices: %s', async (expression, expected) => {
    expect(await computed(expression)).toEqual(expected)
  })

  test.each<[string, unknown]>([
    ['record.name | lower', 'ann lee'],
    ['record.name | upper', 'ANN LEE'],
    ['record.name.lower()', 'ann lee'],
    ['record.name.upper()', 'ANN LEE'],
    ["' a ' ~ record.key ~ ' ' | trim", ' a name'],
    ['(record.key ~ "  ").strip()', 'name'],
    ['record.key | trim | safe', 'name'],
    ["record.name.replace('e', '$1$')", 'Ann L$1$$1$'],
    ["record.name | replace('Ann', 'Jo')", 'Jo Lee'],
    ["record.name.split(' ')[1]", 'Lee'],
    ['record.name.split()[0]', 'Ann'],
    ["record.name.split('-')[0]", 'Ann Lee'],
    ["'-'.join(record.tags)", 'b-a-b'],
    ["record.tags | join(', ')", 'b, a, b'],
    ['record.numbers | join', '312'],
    ['record.tags | unique | join', 'ba'],
    ['record.name[:3]', 'Ann'],
    ['record.name[4:]', 'Lee'],
    ['record.name[-3:]', 'Lee'],
    ['record.name[1:-4]', 'nn'],
    ['record.name[4:6]', 'Le'],
    ["(record.key ~ '/a b') | urlencode", 'name/a%20b'],
    ['record.name | urlencode', 'Ann%20Lee'],
    ["record.link | regex_search('after=([^&]+)')", 'Zm9v'],
    ['sanitize_url(record.name)', 'Ann+Lee'],
  ])('texts: %s', async (expression, expected) => {
    expect(await computed(expression)).toEqual(expected)
  })

  test.each<[string, unknown]>([
    ['record.amount | int', 12],
    ['record.negative | int', -3],
    ['record.amount | float', 12.5],
    ['record.id | string', '7'],
    ['record.owner | tojson', '{"name":"Bo","home-town":"Ulm"}'],
    ['record.negative | float | abs', 3.7],
    ['record.price | round', 2],
    ['record.name | length', 7],
    ['record.tags | length', 3],
    ['record.none | length', 0],
    ['record.tags | count', 3],
    ['record.tags | first', 'b'],
    ['record.numbers | last', 2],
    ['record.tags | list', ['b', 'a', 'b']],
    ['record.numbers | max', 3],
    ['max(record.numbers)', 3],
    ['min(record.numbers)', 1],
    ['max(record.id, 9)', 9],
    ['min(record.id, 9)', 7],
    ["record.lines | map(attribute='sku') | join(',')", 'x,y'],
    ["record.lines | map(attribute='seller.id') | list", [5, 6]],
    ["(record.lines | selectattr('sku', 'equalto', 'y') | first).count", 2],
    ['record.owner.keys() | list', ['name', 'home-town']],
    ['record.owner.values() | list', ['Bo', 'Ulm']],
  ])('numbers and lists: %s', async (expression, expected) => {
    expect(await computed(expression)).toEqual(expected)
  })

  test.each<[string, unknown]>([
    ["format_datetime(record.created, '%Y-%m-%d')", '2024-01-31'],
    ["format_datetime(record.created, '%d.%m.%y %H:%M:%S')", '31.01.24 10:20:30'],
    ["format_datetime(record.created, '%s')", '1706696430'],
    ["format_datetime(record.created, '%ms')", '1706696430000'],
    ["format_datetime(record.seconds, '%Y-%m-%dT%H:%M:%SZ', '%s')", '2024-01-31T10:20:30Z'],
    ["format_datetime(record.seconds * 1000, '%b %d', '%ms')", 'Jan 31'],
    ["format_datetime('31/01/2024' ~ record.email, '%Y-%m-%d', '%d/%m/%Y')", '2024-01-31'],
    ["format_datetime(record.created, format='%Y', input_format='%Y-%m-%dT%H:%M:%SZ')", '2024'],
    ['timestamp(record.created)', 1_706_696_430],
    ["str_to_datetime(record.created).strftime('%Y/%m')", '2024/01'],
    ['str_to_datetime(record.created).timestamp()', 1_706_696_430],
    ["(str_to_datetime(record.created) - duration('P1D')).strftime('%Y-%m-%d')", '2024-01-30'],
    ["now_utc().strftime('%Y-%m-%dT%H:%M:%SZ')", '2024-02-03T04:05:06Z'],
    ['now_utc()', '2024-02-03 04:05:06.007000+00:00'],
    ['today_utc()', '2024-02-03'],
    ["today_utc().strftime('%d')", '03'],
    ["day_delta(-3, format='%Y-%m-%d')", '2024-01-31'],
    ["(now_utc() + duration('PT1H')).strftime('%H')", '05'],
  ])('dates: %s', async (expression, expected) => {
    expect(await computed(expression)).toEqual(expected)
  })

  test('texts with values in them', async () => {
    const text = converted('{{ record.id }}/{{ record.owner.name }}?a={b}')
    expect(await compileExpression(text)(record, {})).toBe('7/Bo?a={b}')
  })
})

describe('what has no counterpart is refused by name', () => {
  test.each([
    ['record.name[record.id:]', 'a slice whose ends are not numbers is not understood'],
    ['record.name[-3:2]', 'a slice that begins from the end is not understood'],
    ["record.name.strip('x')", 'strip() cannot be said'],
    ['record.name.title()', 'title() cannot be said'],
    ['record.name | title', 'the filter title cannot be said'],
    ['record.name is odd', 'the test odd is not understood'],
    ["record.name | regex_search('[a-z]+')", 'the filter regex_search cannot be said'],
    ["record.lines | selectattr('sku')", 'the filter selectattr cannot be said'],
    ["record.name.replace('a')", 'replace() needs two texts'],
    ["format_datetime(record.created, '%j')", "%j in a date's format is not understood"],
    ['format_datetime(record.created, record.key)', 'format_datetime() cannot be said'],
    ['duration(record.name)', 'duration() cannot be said'],
    ['something', 'something cannot be said'],
  ])('%s', (expression, message) => {
    expect(() => converted(`{{ ${expression} }}`)).toThrow(message)
  })
})
