import { describe, expect, test } from 'vitest'
import { conditionOf } from '../../../../../src/acquisition/configuration/import/emit/conditions.js'
import { rulesOf } from '../../../../../src/acquisition/configuration/import/emit/record-rules.js'
import { parseTemplate, reduce } from '../../../../../src/acquisition/configuration/import/jinja/index.js'
import { recordFilter } from '../../../../../src/acquisition/records/record-filter.js'
import type { Where } from '../../../../../src/acquisition/records/where.js'

const record = {
  id: 7,
  kind: 'task',
  title: 'Mend the ROOF',
  paid: true,
  open: false,
  zero: 0,
  nothing: '',
  gone: null,
  updated: '2024-03-01T00:00:00Z',
  tags: ['a', 'b'],
  none: [],
  owner: { name: 'Bo', group: null },
  lines: [{ sku: 'x' }],
}

const conditionIn = (expression: string) =>
  conditionOf(
    reduce(parseTemplate(`{{ ${expression} }}`), {
      setting: () => ({ is: 'value', value: undefined }),
      names: {},
    }),
  )

const rulesIn = (expression: string) => rulesOf(conditionIn(expression), 'record') as Where

describe('a condition of a template as rules of the pipeline', () => {
  test.each<[string, boolean]>([
    ['record.paid', true],
    ['record.open', false],
    ['record.zero', false],
    ['record.nothing', false],
    ['record.gone', false],
    ['record.absent', false],
    ['record', true],
    ['not record', false],
    ['not record.open', true],
    ['not record.kind', false],
    ['not not record.kind', true],
    ['record.id == 7', true],
    ['7 == record.id', true],
    ['record.id != 7', false],
    ["record['kind'] != 'note'", true],
    ['record.id | int == 7', true],
    ['record.gone == none', true],
    ['record.kind == none', false],
    ['record.kind is defined', true],
    ['record.absent is defined', false],
    ['record.absent is undefined', true],
    ['record.gone is none', true],
    ['record.gone is not none', false],
    ['record.owner.name is not none', true],
    ['record.paid is true', true],
    ['record.open is false', true],
    ['record.paid is false', false],
    ["record.kind is equalto('task')", true],
    ["record.kind is eq('note')", false],
    ["record.kind in ['task', 'note']", true],
    ["record.kind not in ['task', 'note']", false],
    ['record.tags == []', false],
    ['record.none == []', true],
    ['record.tags | length == 0', false],
    ['record.none | length == 0', true],
    ['record.tags | length > 0', true],
    ['record.tags | length', true],
    ['record.none | count', false],
    ["'name' in record.owner", true],
    ["'absent' in record.owner", false],
    ["'a' in record.tags", true],
    ["'c' in record.tags", false],
    ["'kind' in record", true],
    ["'the roof' in record.title.lower()", true],
    ["'the wall' in record.title | lower", false],
    ["'Mend the' in record.title", true],
    ["record.title.startswith('Mend')", true],
    ["record.title.endswith('Mend')", false],
    ["record.title | regex_search('R(O+)F')", true],
    ["record.title | regex_search('r(o+)f')", false],
    ['record.id > 6', true],
    ['record.id >= 8', false],
    ['record.id < 7', false],
    ['record.id <= 7', true],
    ['6 < record.id', true],
    ['7 <= record.id', true],
    ['7 > record.id', false],
    ["record.updated >= '2024-03-01'", true],
    ["record.updated < '2024-03-01'", false],
    ['record.paid and record.id == 7', true],
    ['record.paid and record.open', false],
    ['record.open or record.paid', true],
    ['not (record.open or record.paid)', false],
    ['not (record.open and record.paid)', true],
    ["not (record.id == 7 and record.kind == 'note')", true],
    ['record.open if record.paid else record.id == 7', false],
    ['record.open if record.zero else record.id == 7', true],
    ['true', true],
    ['false', false],
    ['not false', true],
    ['record.open or true', true],
    ["record.lines[0].sku == 'x'", true],
  ])('%s', (expression, expected) => {
    expect(recordFilter(rulesIn(expression))(record)).toBe(expected)
  })

  test.each([
    'record.id + 1',
    "record.kind.title() == 'Task'",
    "record.name.find('x')",
    'record.id is odd',
    'record.kind is equalto(record.title)',
    'record.tags | length > 1',
    "record.kind | title == 'Task'",
    'record.kind | upper',
    'record.id in 7',
    'record.id > true',
    'record.id > record.zero',
    "record.owner == {'name': 'Bo'}",
    '[record.id]',
    'record.owner in record.tags',
    'record.kind == record.title',
    'response.count == 2',
    'record.updated > stream_slice.start_time',
  ])('no rules for %s', expression => {
    expect(() => rulesIn(expression)).toThrow(/^the condition /)
  })

  test('what is asked for is the beginning, however it is called', () => {
    const way = { root: 'record', keys: ['updated'] }
    for (const start of [
      'stream_slice.start_time',
      "stream_interval['start_date']",
      "stream_state['updated']",
      'stream_state.updated | string',
    ])
      expect(conditionIn(`record.updated >= ${start}`)).toEqual({ way, is: 'since' })
    expect(() => conditionIn('record.updated >= stream_slice.end_time')).toThrow('cannot be said in rules')
  })
})
