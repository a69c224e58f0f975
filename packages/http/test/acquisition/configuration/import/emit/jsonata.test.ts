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
  wide: '  a  b\t',
  below: -7.25,
  face: 'a😀é',
  zoneless: '2024-01-31T10:20:30',
  lone: 'x=1',
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

  // What the CDK and Python 3.11 give.
  test.each<[string, unknown]>([
    ['record.wide | trim', 'a  b'],
    ['record.wide.strip()', 'a  b'],
    ['record.wide.lstrip()', 'a  b\t'],
    ['record.wide.rstrip()', '  a  b'],
    ["record.name.strip('eA')", 'nn L'],
    ["record.name | trim('A')", 'nn Lee'],
    ["record.lone.rstrip('1')", 'x='],
    ['record.wide.split()', ['a', 'b']],
    ["record.name.split(' ')", ['Ann', 'Lee']],
    ["record.name | replace('n', 'm', 1)", 'Amn Lee'],
    ["record.name.replace('n', 'm', 1)", 'Amn Lee'],
    ['record.below | round', -7],
    ['record.below | round(1)', -7.2],
    ["record.below | round(1, 'floor')", -7.3],
    ["record.below | round(0, 'ceil')", -7],
    ["record.price | round(0, 'floor')", 2],
    ['record.id % -4', -1],
    ['record.below % 3', 1.75],
    ['record.below // 2', -4],
    ['record.owner | length', 2],
    ['record.face | length', 3],
    ['record.face | first', 'a'],
    ['record.face | last', 'é'],
    ['record.name[1:3]', 'nn'],
    ['record.face[1:2]', '😀'],
    ["record.lines | join('-', attribute='sku')", 'x-y'],
    ["record.lines | map(attribute='count') | join('-')", '1-2'],
    ["record.link | regex_search('after=(?P<t>[^&]+)')", 'Zm9v'],
    ['record.link | regex_search(\'(?i)REL="(\\\\w+)"\')', 'next'],
    ["record.link | regex_search('\\\\A<(h)')", 'h'],
    ["record.name | regex_search('[a-z]+')", ''],
    ["format_datetime(record.zoneless, '%s')", '1706696430'],
    ["format_datetime(record.zoneless, '%Y-%m-%dT%H:%M:%SZ')", '2024-01-31T10:20:30Z'],
    ['timestamp(record.zoneless)', 1706696430],
    ["format_datetime(record.created, '%j|%-d|%-m|%-H')", '031|31|1|10'],
    ["format_datetime(record.created, '%epoch_microseconds')", '1706696430000000'],
    ["format_datetime(record.created, '%H:%M', '%Y-%m-%dT%H:%M:%S%z')", '10:20'],
    ["format_datetime('2024-01-31T10:20:30.25' ~ record.email, '%f', '%Y-%m-%dT%H:%M:%S.%f')", '250000'],
    ["format_datetime('31.01.2024 10:20:30.25' ~ record.email, '%f', '%d.%m.%Y %H:%M:%S.%f')", '250000'],
    ["format_datetime(record.seconds, '%H', '%s')", '10'],
  ])('as Python has it: %s', async (expression, expected) => {
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
    ['record.name.strip(record.key)', 'strip() cannot be said'],
    ["record.name.split(' ', 1)", 'split() cannot be said'],
    ["record.name.split(sep=' ')", 'cannot be said'],
    ['record.price | round(record.id)', 'the filter round cannot be said'],
    ["record.price | round(1, 'half')", 'the filter round cannot be said'],
    ['record.name | trim(record.key)', 'the filter trim cannot be said'],
    ['record.tags | unique(true)', 'the filter unique cannot be said'],
    ["record.tags | join(d=',')", 'the filter join cannot be said'],
    ['day_delta(1, record.key)', 'day_delta() cannot be said'],
    ['record.created.strftime(record.key)', 'strftime() cannot be said'],
    ["format_datetime(record.created, '%Y', '%d.%m.%y')", 'a date of the form %d.%m.%y cannot be read here'],
    ["record.name | regex_search('(a')", 'is no regular expression here'],
    ['record.name | regex_search(record.key)', 'the filter regex_search cannot be said'],
    ['record.name.title()', 'title() cannot be said'],
    ['record.name | title', 'the filter title cannot be said'],
    ['record.name is odd', 'the test odd is not understood'],
    ["record.lines | selectattr('sku')", 'the filter selectattr cannot be said'],
    ["record.name.replace('a')", 'replace() needs two texts'],
    ["format_datetime(record.created, '%U')", "%U in a date's format is not understood"],
    ['format_datetime(record.created, record.key)', 'format_datetime() cannot be said'],
    ['duration(record.name)', 'duration() cannot be said'],
    ['something', 'something cannot be said'],
  ])('%s', (expression, message) => {
    expect(() => converted(`{{ ${expression} }}`)).toThrow(message)
  })
})
