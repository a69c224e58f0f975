import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  constant,
  Moment,
  parseTemplate,
  reduce,
  str,
  TemplateError,
} from '../../../../src/acquisition/configuration/import/jinja/index.js'
import type { Constant, SettingValue } from '../../../../src/acquisition/configuration/import/jinja/index.js'

const settings: Readonly<Record<string, Constant>> = {
  region: 'eu',
  start: '2024-01-31T10:20:30Z',
  size: 50,
  tags: ['a', 'b'],
  empty: '',
}

const setting = ([name = '']: readonly string[]): SettingValue => {
  if (name === 'secret') return { is: 'variable', variable: 'SECRET', type: 'text' }
  if (name === 'group') return { is: 'group' }
  return { is: 'value', value: settings[name] }
}

const now = new Moment(Date.UTC(2024, 1, 3, 4, 5, 6))
const left = (template: string) =>
  reduce(parseTemplate(template), { setting, names: { parameters: constant({ name: 'x' }) }, now })
const value = (template: string): Constant => {
  const found = left(template)
  return found.kind === 'constant' ? found.value : `(${found.kind})`
}

describe('a template over what is known', () => {
  test.each<[string, Constant]>([
    ["{{ config['region'] }}", 'eu'],
    ["https://{{ config.region }}.acme.example/{{ parameters['name'] }}", 'https://eu.acme.example/x'],
    ["{{ config.get('nothing', 'none of it') }}", 'none of it'],
    ["{{ config['nothing'] or 'DAY' }}", 'DAY'],
    ["{{ config['size'] if config['size'] else 10 }}", 50],
    ["{% if config['empty'] %}a{% elif config['region'] == 'eu' %}b{% else %}c{% endif %}", 'b'],
    ["{% set x = config['region'] %}{{ x | upper }}", 'EU'],
    ["{% for tag in config['tags'] %}{{ tag }}{% if not loop.last %},{% endif %}{% endfor %}", 'a,b'],
    ["{{ ','.join(config['tags']) }}", 'a,b'],
    ["{{ config['tags'] | map('upper') | join('-') }}", 'A-B'],
    ["{{ 'a' in config['tags'] and 'z' not in config['tags'] }}", true],
    ["{{ 'region' in config }}", true],
    ["{{ config['start'][:10] }}", '2024-01-31'],
    ["{{ config['start'].split('T')[0].replace('-', '') }}", '20240131'],
    ["{{ format_datetime(config['start'], '%d/%m/%Y %H:%M') }}", '31/01/2024 10:20'],
    ["{{ (timestamp(config['start']) * 1000) | int }}", Date.UTC(2024, 0, 31, 10, 20, 30)],
    ["{{ day_delta(-3, format='%Y-%m-%d') }}", '2024-01-31'],
    ["{{ (now_utc() - duration('P1D')).strftime('%Y-%m-%d') }}", '2024-02-02'],
    ["{{ max(config['start'], '2024-06-01') }}", '2024-06-01'],
    ['{{ 7 // 2 + 2 ** 3 % 5 }}', 6],
    ["{{ 'next=abc&x' | regex_search('next=([^&]+)') }}", 'abc'],
    ["{{ config['region'] ~ 1 ~ none }}", 'eu1None'],
    ["{{ 'user' | base64encode }}", 'dXNlcg=='],
    ['a{# not shown #}b', 'ab'],
    ["{{ config['nothing'] is defined }}", false],
  ])('%s', (template, expected) => {
    expect(value(template)).toEqual(expected)
  })

  test('a setting from the environment stays as it is, and counts as there', () => {
    expect(left("Token {{ config['secret'] }}")).toMatchObject({
      kind: 'text',
      parts: [{ value: 'Token ' }, { variable: 'SECRET' }],
    })
    expect(value("{{ 'yes' if config['secret'] else 'no' }}")).toBe('yes')
    expect(left("{{ config['secret'] | lower }}").kind).toBe('filter')
  })

  test('what changes from request to request stays, and what is around it is worked out', () => {
    const found = left("{{ record['a'] if config['empty'] else record['b'] ~ config['region'] }}")
    expect(found).toMatchObject({ kind: 'text', parts: [{ kind: 'item' }, { value: 'eu' }] })
  })

  test.each(["{{ 'open }}", '{{ a b }}', '{% if x %}', '{% include x %}', '{{ x | nosuchfilter }}'])(
    '%s is refused',
    template => {
      expect(() => left(template.replaceAll('x', "config['region']"))).toThrow(TemplateError)
    },
  )

  test('any text without braces is itself', () => {
    const plain = string().filter(text => !/[{}]/.test(text) && !text.endsWith('\n'))
    assert(property(plain, text => str(value(text)) === text))
  })
})
