import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { refusal, streamOf, streamWritten } from '../manifest-of.js'

type Part = Readonly<Record<string, unknown>>

describe('where records are', () => {
  const partsOf = (yaml: string) => ({
    selector: { extractor: { type: 'DpathExtractor', ...(parse(yaml) as Part) } },
  })

  test.each([
    ['field_path: data', { path: 'data', shape: 'any' }],
    ['field_path: [data, "0", items]', { path: 'data[0].items', shape: 'any' }],
    ['field_path: [null]', { shape: 'any' }],
    ['field_path: ["*"]', '*'],
    ['field_path: ["*", a]', '*.a'],
    ['field_path: [a, "*", "*", "b.c"]', 'a.*.*["b.c"]'],
    [
      'field_path: ["{{ parameters[\'name\'] }}"]\n$parameters: { name: items }',
      { path: 'items', shape: 'any' },
    ],
  ])('%s', (yaml, records) => {
    expect(streamWritten(partsOf(yaml))['records']).toEqual(records)
  })

  test.each([
    [
      '{ class_name: source_acme.Extract, type: CustomRecordExtractor }',
      'custom component',
      'source_acme.Extract',
    ],
    ['type: XPathExtractor', 'records', 'XPathExtractor has no counterpart'],
    ['{ field_path: [a], record_expander: {} }', 'records', 'records are expanded'],
    ['field_path: [a, "**", b]', 'records', 'a path with ** has no counterpart'],
    [
      'field_path: ["{{ config[\'shop\'] }}"]',
      'setting in an expression',
      'field_path needs a value at import',
    ],
  ])('%s is refused', (yaml, about, detail) => {
    expect(refusal(partsOf(yaml))).toMatchObject({
      about,
      detail: expect.stringContaining(detail) as unknown,
    })
  })

  test('no extractor is refused', () => {
    expect(refusal({ selector: { extractor: undefined } })).toMatchObject({
      about: 'records',
      detail: 'there is no extractor',
    })
  })
})

describe('which records are taken', () => {
  const never = {
    not: {
      any: [
        { path: 'id', exists: true },
        { path: 'id', exists: false },
      ],
    },
  }
  const filtered = (condition: unknown) =>
    streamWritten({ selector: { record_filter: { type: 'RecordFilter', condition } } })['where']

  test.each([
    ['{{ True }}', undefined],
    ['always', undefined],
    [true, undefined],
    // What the CDK takes for false.
    ['{{ False }}', never],
    ['false', never],
    ['', never],
    ['0', never],
    ['{{ [] }}', never],
    ["{{ config['team'] }}", never],
    [false, never],
  ])('%j', (condition, where) => {
    expect(filtered(condition)).toEqual(where)
  })

  const incremental_sync = {
    type: 'DatetimeBasedCursor',
    cursor_field: 'updated',
    datetime_format: '%Y-%m-%d',
  }
  const since = (condition: string) =>
    streamWritten({
      selector: { record_filter: { type: 'RecordFilter', condition } },
      stream: { incremental_sync },
    })

  test('what is older than what is asked for is left out by since', () => {
    const written = since("{{ record.updated >= stream_slice.start_time and record.kind == 'a' }}")
    expect(written).toMatchObject({
      where: { path: 'kind', is: 'a' },
      since: { field: 'updated', filter: true },
    })
    expect(since('{{ record.updated >= stream_interval.start_time }}')).not.toHaveProperty('where')
  })

  test('Python is refused', () => {
    const record_filter = { type: 'CustomRecordFilter', class_name: 'source_acme.Filter' }
    expect(refusal({ selector: { record_filter } })).toMatchObject({
      detail: 'record filter source_acme.Filter',
    })
  })
})

describe('how records are changed', () => {
  const partsOf = (yaml: string) => ({ stream: { transformations: parse(yaml) as Part[] } })
  const written = (yaml: string) => streamWritten(partsOf(yaml))
  const add = (more: string) => `[{ type: AddFields, ${more} }]`
  const field = (value: string) => add(`fields: [{ path: [a], value: ${value} }]`)

  test.each([
    ['[{ type: KeysToSnakeCase }]', { keys: 'snakeCase' }],
    ['[{ type: FlattenFields }]', { flatten: true }],
    ['[{ type: RemoveFields, field_pointers: [[a], [b, c.d]] }]', { drop: ['a', 'b["c.d"]'] }],
    // A condition that is known is none.
    ['[{ type: RemoveFields, condition: "", field_pointers: [[a]] }]', { drop: ['a'] }],
    ['[{ type: RemoveFields, condition: "{{ True }}", field_pointers: [[a]] }]', { drop: ['a'] }],
    // A field that is removed and added again is there; one that is added and removed is not.
    [
      '[{ type: RemoveFields, field_pointers: [[a]] }, { type: AddFields, fields: [{ path: [a], value: "1" }] }]',
      { add: { a: 1 } },
    ],
    [
      '[{ type: AddFields, fields: [{ path: [a], value: "1" }] }, { type: RemoveFields, field_pointers: [[a]] }]',
      { drop: ['a'] },
    ],
    [
      add("condition: \"{{ record.b == 'x' }}\", fields: [{ path: [a], value: '{{ record.c }}' }]"),
      { add: { a: { expr: '(b = "x") ? c' } } },
    ],
  ])('%s', (yaml, expected) => {
    expect(written(yaml)).toMatchObject(expected)
  })

  test.each([
    ['[{ type: RemoveFields, condition: "{{ False }}", field_pointers: [[a]] }]'],
    ['[{ type: RemoveFields, condition: "false", field_pointers: [[a]] }]'],
    [add("condition: \"{{ config['team'] }}\", fields: [{ path: [a], value: '1' }]")],
  ])('%s does nothing', yaml => {
    const found = written(yaml)
    expect(found).not.toHaveProperty('drop')
    expect(found).not.toHaveProperty('add')
  })

  test.each([
    ['"7"', 7],
    ['"07"', '07'],
    ['"None"', null],
    ['"{{ config[\'team\'] }}"', ''],
    ['"True"', true],
    ['"[1, \'b\']"', { expr: '[1,"b"]' }],
    ['"{{ config[\'shop\'] }}"', '${SHOP}'],
    ['"a{b}"', 'a{{b}'],
    ['"{{ record.b.c }}"', { path: 'b.c' }],
    ['"{{ record[\'b.c\'] }}"', { path: '["b.c"]' }],
    ['"{{ record }}"', { expr: '$' }],
    ['"{{ record.b }}-{{ config[\'page_size\'] }}"', { expr: '(b & "-50")' }],
  ])('the value %s', (value, expected) => {
    expect(written(field(value))['add']).toEqual({ a: expected })
  })

  test.each([
    ['value: 7, value_type: string', '7'],
    ['value: "7", value_type: integer', 7],
    ['value: "{{ config[\'shop\'] }}", value_type: string', '${SHOP}'],
    ['value: "{{ record.b.c }}", value_type: string', { expr: '$string(b.c)' }],
    ['value: "{{ record.b }}", value_type: integer', { expr: '$number(b)' }],
    ['value: "{{ record.b }}", value_type: number', { expr: '$number(b)' }],
    ['value: "{{ record.b + 1 }}", value_type: string', { expr: '$string((b + 1))' }],
    ['value: "{{ record.b }}", value_type: boolean', { expr: '$boolean(b)' }],
  ])('%s', (value, expected) => {
    expect(written(add(`fields: [{ path: [a], ${value} }]`))['add']).toEqual({ a: expected })
  })

  test.each([
    [
      '[{ type: CustomTransformation, class_name: source_acme.T }]',
      'custom component',
      'transformation source_acme.T',
    ],
    ['[{ type: Rename }]', 'transformation', 'Rename has no counterpart'],
    [
      '[{ type: RemoveFields, condition: "{{ record.b }}", field_pointers: [[a]] }]',
      'transformation',
      'a transformation under a condition',
    ],
    ['[{ type: RemoveFields, field_pointers: a }]', 'transformation', 'field_pointers is no list'],
    [
      '[{ type: RemoveFields, field_pointers: [["a*"]] }]',
      'transformation',
      'fields are removed by a pattern',
    ],
    [add('fields: [{ path: [a, b], value: "1" }]'), 'transformation', 'a field is added within another'],
    [
      add("fields: [{ path: [\"{{ config['shop'] }}\"], value: '1' }]"),
      'setting in an expression',
      'path needs a value at import',
    ],
    [
      add('fields: [{ path: [a], value: "{{ record.b }}", value_type: date }]'),
      'transformation',
      'the type date has no counterpart',
    ],
  ])('%s is refused', (yaml, about, detail) => {
    expect(refusal(partsOf(yaml))).toMatchObject({
      about,
      detail: expect.stringContaining(detail) as unknown,
    })
  })

  test('a value of the partition', () => {
    const partition_router = {
      type: 'SubstreamPartitionRouter',
      parent_stream_configs: [
        { stream: streamOf({ name: 'teams' }), parent_key: 'id', partition_field: 't' },
      ],
    }
    const parts = {
      requester: { path: '{{ stream_partition.t }}' },
      retriever: { partition_router },
      ...partsOf(field('"{{ stream_partition.t }}"')),
    }
    expect(streamWritten(parts)['add']).toEqual({ a: '{team.id}' })
  })
})
