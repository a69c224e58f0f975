import { describe, expect, test } from 'vitest'
import { load, problems } from './config-rig.js'

const file = (keys: string): string => `
sources:
  - name: shop
    baseUrl: http://127.0.0.1:1
    pagination: { type: linkHeader }
${keys}`
const stream = (keys: string) => load(file(keys)).config.streams[0]

describe('what records become, in a file', () => {
  test('without a mapping an id is enough', () => {
    expect(stream('    id: id')).toMatchObject({ id: 'id', records: '' })
    expect(stream('    id: [a.b, c]')).toMatchObject({ id: ['a.b', 'c'] })
  })

  test('a place of records has its defaults', () => {
    const at = (records: string) => stream(`    id: id\n    records: ${records}`)?.records
    expect(at('data[*].items')).toBe('data[*].items')
    expect(at('{ path: data }')).toEqual({ path: 'data', shape: 'list' })
    expect(at('{ shape: map }')).toEqual({ path: '', shape: 'map', key: 'key' })
    expect(at('{ path: rows, shape: columns, columns: names }')).toEqual({
      path: 'rows',
      shape: 'columns',
      columns: 'names',
    })
  })

  test.each([
    ['', 'sources[0].id is missing'],
    ['    mapping: { x: { path: x } }', 'sources[0].id is missing'],
    [
      '    id: id\n    mapping: { id: { path: x } }',
      'sources[0].id is "id"; allowed is nothing beside mapping.id',
    ],
    ['    id: a..b', 'sources[0].id is "a..b"; allowed is a path'],
    ['    id: id\n    keep: ["a[0]"]', 'allowed is a path of names, * and [*]'],
    ['    id: id\n    keep: some', 'sources[0].keep is "some"; allowed is all, or a list'],
    ['    id: id\n    keys: camelCase', 'sources[0].keys is "camelCase"; allowed is snakeCase'],
    ['    id: id\n    records: { path: a, shape: maps }', 'sources[0].records'],
    ['    id: id\n    add: { x: "{project.id}" }', 'allowed here: {now}'],
    ['    id: id\n    add: { x: { expr: "a +" } }', 'an expression of JSONata: '],
    ['    id: id\n    add: { x: { expr: "a ) b" } }', 'at character 3'],
    ['    id: id\n    add: { x: { expression: a } }', 'sources[0].add.x'],
    ['    id: id\n    mapping: { x: { path: x } }\n    add: { x: 1 }', 'no field that mapping has too: x'],
  ])('%j is told', (keys, told) => {
    expect(problems(file(keys)).join('\n')).toContain(told)
  })
})
