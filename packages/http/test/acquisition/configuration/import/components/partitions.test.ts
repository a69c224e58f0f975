import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ImportOptions } from '../../../../../src/acquisition/configuration/import/import-manifest.js'
import { refusal, streamOf, streamWritten } from '../manifest-of.js'

type Part = Readonly<Record<string, unknown>>

const list = (yaml: string): Part => ({ type: 'ListPartitionRouter', ...(parse(yaml) as Part) })
const children = (yaml: string, stream: Part = streamOf({ name: 'teams' })): Part => ({
  type: 'SubstreamPartitionRouter',
  parent_stream_configs: [
    { type: 'ParentStreamConfig', stream, parent_key: 'id', partition_field: 't', ...(parse(yaml) as Part) },
  ],
})
const partsOf = (router: unknown, path = '{{ stream_partition.t }}') => ({
  requester: { path },
  retriever: { partition_router: router },
})
const written = (router: unknown, path?: string, options?: ImportOptions) =>
  streamWritten(partsOf(router, path), options)
const refused = (router: unknown, path?: string) => refusal(partsOf(router, path))

describe('lists', () => {
  test.each([
    ['[a, 2, true]', ['a', 2, true]],
    ["[\"{{ config['shop'] }}\", 'a{b}', 'c${d}']", ['${SHOP}', 'a{{b}', 'c$${d}']],
    ["\"['a', 'b']\"", ['a', 'b']],
    ['"{{ [1, 2] }}"', [1, 2]],
    ['single', 'single'],
    ['"{{ config[\'shop\'] }}"', '${SHOP}'],
  ])('of %s', (values, expected) => {
    const router = list(`{ values: ${values}, cursor_field: t }`)
    expect(written(router)).toMatchObject({ path: '/{t}', for: { values: expected, as: 't' } })
  })

  test.each([
    ['since', 'since_value'],
    ['run', 'run_value'],
    ['2nd', '_2nd'],
    ['team name', 'team_name'],
  ])('by %s', (cursor_field, as) => {
    const router = { ...list('values: [a, b]'), cursor_field }
    expect(written(router, `{{ stream_partition['${cursor_field}'] }}`)).toMatchObject({
      path: `/{${as}}`,
      for: { as },
    })
  })

  test('one of a single value is put in where that has to be known', () => {
    const path = '{{ stream_partition.t | upper }}/{{ stream_partition.t }}'
    expect(written(list('{ values: [ab], cursor_field: t }'), path)).toMatchObject({ path: '/AB/ab' })
    const expr = { path: { expr: '($uppercase(t) & "/" & t)' } }
    expect(written(list('{ values: [ab, c], cursor_field: t }'), path)).toMatchObject(expr)
    expect(written(list('{ values: ["{{ config[\'shop\'] }}"], cursor_field: t }'), path)).toMatchObject(expr)
  })

  test.each([
    ['["{{ stream_slice.x }}"]', 'expression', 'values changes from request to request'],
    ['"{{ stream_slice.x }}"', 'expression', 'values changes from request to request'],
    ['[{ a: b }]', 'partitions', 'a value of a list is no text or number'],
    ['""', 'setting not given', 'the list of values is not set'],
  ])('of %s are refused', (values, about, detail) => {
    expect(refused(list(`{ values: ${values}, cursor_field: t }`))).toMatchObject({
      about,
      detail: expect.stringContaining(detail) as unknown,
    })
  })
})

describe('the records of a parent', () => {
  test('by a nested key, in a parameter of its own', () => {
    const option = '{ inject_into: request_parameter, field_name: team }'
    expect(written(children(`{ parent_key: meta/id, request_option: ${option} }`), 'items')).toMatchObject({
      path: '/items',
      query: { team: '{team.meta.id}' },
      for: { each: 'teams', as: 'team' },
    })
  })

  test('a key with a dot, and what stands within a key', () => {
    expect(written(children('parent_key: odd.name'))).toMatchObject({ path: '/{team["odd.name"]}' })
    expect(written(children('{}'), '{{ stream_partition.t.a[0] }}')).toMatchObject({
      path: '/{team.id.a[0]}',
    })
  })

  test.each([
    ['companies', 'company'],
    ['address', 'address'],
    ['2024-orders', '_2024-order'],
  ])('of %s', (name, as) => {
    expect(written(children('{}', streamOf({ name })))).toMatchObject({
      path: `/{${as}.id}`,
      for: { each: name, as },
    })
  })

  test('that has a parent of nearly its own name', () => {
    const items = streamOf({
      name: 'teams',
      requester: { path: '{{ stream_partition.t }}' },
      retriever: { partition_router: children('{}', streamOf({ name: 'team' })) },
    })
    expect(written(children('{}', items))).toMatchObject({
      path: '/{team_child.id}',
      for: { each: 'teams', as: 'team_child' },
    })
  })

  test('other fields of its records; one that is not listed is not there', () => {
    const router = children('extra_fields: [[meta, owner], ["{{ config[\'shop\'] }}"], plain]')
    const path = "{{ stream_partition.t }}/{{ stream_slice.extra_fields['meta.owner'].id }}"
    expect(written(router, path)).toMatchObject({ path: '/{team.id}/{team.meta.owner.id}' })
    const query = { of: "{{ stream_slice.extra_fields['plain'] }}", as: '{{ stream_slice.other }}' }
    const found = streamWritten({
      requester: { path: '{{ stream_partition.t }}', request_parameters: query },
      retriever: { partition_router: router },
    })
    expect(found).not.toHaveProperty('query')
  })

  test('a list that the parent is taken by', () => {
    const parent = streamOf({
      name: 'teams',
      requester: { path: '{{ stream_partition.kind }}' },
      retriever: { partition_router: list('{ values: [open], cursor_field: kind }') },
    })
    const path = '{{ stream_partition.t }}/{{ stream_slice.parent_slice.kind | upper }}'
    expect(written(children('{}', parent), path)).toMatchObject({ path: '/{team.id}/OPEN' })
  })

  test.each([
    [{ type: 'SubstreamPartitionRouter' }, 'partitions', 'there is no parent'],
    [
      { ...children('{}'), parent_stream_configs: [{ parent_key: 'id' }] },
      'partitions',
      'the parent has no stream',
    ],
    [
      { type: 'SubstreamPartitionRouter', parent_stream_configs: [{ a: 1 }, { b: 1 }] },
      'several parents',
      'the records of several parents one after the other',
    ],
    [
      children('{ parent_key: "", request_option: { inject_into: header, field_name: Team } }'),
      'partitions',
      'the whole record of the parent would be the value',
    ],
  ])('%j is refused', (router, about, detail) => {
    expect(refused(router)).toMatchObject({ about, detail })
  })

  test('a parent without a name that is refused', () => {
    const stream = { type: 'DeclarativeStream' }
    expect(refused(children('{}', stream))).toMatchObject({
      about: 'stream',
      detail: 'its parent its parent: there is no retriever',
    })
  })
})

describe('several together', () => {
  const kinds = list('{ values: [a, b], cursor_field: kind }')

  test('a product', () => {
    const router = { type: 'CartesianProductStreamSlicer', stream_slicers: [kinds, children('{}')] }
    expect(written(router, '{{ stream_partition.kind }}/{{ stream_partition.t }}')).toMatchObject({
      path: '/{kind}/{team.id}',
      for: [
        { values: ['a', 'b'], as: 'kind' },
        { each: 'teams', as: 'team' },
      ],
    })
  })

  test('two of one name are refused', () => {
    expect(refused([kinds, kinds])).toMatchObject({
      about: 'partitions',
      detail: 'two partitions have the same name',
    })
  })

  test('groups of the records of a parent', () => {
    const router = {
      type: 'GroupingPartitionRouter',
      group_size: 50,
      underlying_partition_router: children('{}'),
    }
    expect(written(router)).toMatchObject({
      path: '/{team.id}',
      for: { each: 'teams', as: 'team', batch: 50 },
    })
  })

  test.each([
    [{ group_size: 50 }, 'the groups are not understood'],
    [{ group_size: 'many', underlying_partition_router: kinds }, 'the groups are not understood'],
    [{ group_size: 5, underlying_partition_router: kinds }, 'groups of anything but the records of a parent'],
    [
      {
        group_size: 5,
        underlying_partition_router: {
          type: 'CartesianProductStreamSlicer',
          stream_slicers: [kinds, children('{}')],
        },
      },
      'groups of anything but the records of a parent',
    ],
  ])('groups %j are refused', (group, detail) => {
    expect(refused({ type: 'GroupingPartitionRouter', ...group })).toMatchObject({
      about: 'partitions',
      detail,
    })
  })

  test.each([
    [
      { type: 'CustomPartitionRouter', class_name: 'source_acme.Parts' },
      'custom component',
      'source_acme.Parts',
    ],
    [{ type: 'Ranges' }, 'partitions', 'Ranges has no counterpart'],
  ])('%j is refused', (router, about, detail) => {
    expect(refused(router)).toMatchObject({ about, detail: expect.stringContaining(detail) as unknown })
  })
})
