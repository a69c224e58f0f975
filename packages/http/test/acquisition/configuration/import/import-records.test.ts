import { describe, expect, test } from 'vitest'
import { imported, manifestOf, refusal, streamOf, streamWritten } from './manifest-of.js'

describe('records', () => {
  test.each([
    [[], { shape: 'any' }],
    [['data', 'items'], { path: 'data.items', shape: 'any' }],
    [['data', '*', 'node'], 'data.*.node'],
    [['odd.name'], { path: '["odd.name"]', shape: 'any' }],
  ])('the path %j', (field_path, records) => {
    const written = streamWritten({ selector: { extractor: { type: 'DpathExtractor', field_path } } })
    expect(written['records']).toEqual(records)
  })

  test.each([
    ["{{ record['kind'] == 'a' }}", { path: 'kind', is: 'a' }],
    [
      "{{ record.kind in ['a', 'b'] and not record.closed }}",
      [
        { path: 'kind', in: ['a', 'b'] },
        {
          any: [
            { path: 'closed', exists: false },
            { path: 'closed', in: [false, 0, ''] },
          ],
        },
      ],
    ],
    ["{{ record['size'] > 10 }}", { path: 'size', after: 10 }],
    ["{{ not config.get('team') or record.team == config['team'] }}", undefined],
  ])('the filter %s', (condition, where) => {
    expect(
      streamWritten({ selector: { record_filter: { type: 'RecordFilter', condition } } })['where'],
    ).toEqual(where)
  })

  test('fields that are added and removed', () => {
    const transformations = [
      {
        type: 'AddFields',
        fields: [
          { path: ['owner'], value: "{{ record['user']['id'] }}" },
          { path: ['kind'], value: 'plain' },
          { path: ['fetched'], value: '{{ now_utc() }}' },
          { path: ['total'], value: '{{ record.price * record.amount }}' },
          { path: ['label'], value: "{{ record.name | upper or 'None' }}" },
          { path: ['unknown'], value: "{{ stream_partition['nobody'] }}" },
          { path: ['nothing'], value: '{{ none }}' },
        ],
      },
      { type: 'RemoveFields', field_pointers: [['user'], ['a', 'b']] },
    ]
    expect(streamWritten({ stream: { transformations } })).toMatchObject({
      add: {
        owner: { path: 'user.id' },
        kind: 'plain',
        fetched: '{now}',
        total: { expr: '(price * amount)' },
        label: { expr: '($uppercase(name) ? $uppercase(name) : null)' },
        unknown: '',
        nothing: null,
      },
      drop: ['user', 'a.b'],
    })
  })

  test('fields removed by patterns, and where nothing stands in them', () => {
    const transformations = [
      {
        type: 'RemoveFields',
        field_pointers: [
          ['lines', '*', 'odd.name'],
          ['*', 'x'],
          ['**', 'SECRET'],
        ],
      },
      { type: 'RemoveFields', field_pointers: [['**']], condition: "{{ property|string == '' }}" },
    ]
    expect(streamWritten({ stream: { transformations } })).toMatchObject({
      drop: ['lines.*["odd.name"]', '*.x', { name: 'SECRET' }, { value: '' }],
    })
  })

  test.each([
    [{ field_pointers: [['a*']] }, 'fields are removed by a pattern'],
    [{ field_pointers: [['**', 'a', 'b']] }, 'fields are removed by a pattern'],
    [{ field_pointers: [['**']], condition: '{{ property == 0 }}' }, 'a transformation under a condition'],
    [{ field_pointers: [['a']], condition: "{{ property == '' }}" }, 'a transformation under a condition'],
  ])('%j: %s', (removed, detail) => {
    const stream = { transformations: [{ type: 'RemoveFields', ...removed }] }
    expect(refusal({ stream })).toMatchObject({ detail: expect.stringContaining(detail) as unknown })
  })

  test('an object whose fields become those of the record', () => {
    const flatten = (more: object = {}) => ({ type: 'DpathFlattenFields', field_path: ['a', 'b'], ...more })
    const names = { key_transformation: { type: 'KeyTransformation', prefix: 'p_', suffix: '_s' } }
    const add = { type: 'AddFields', fields: [{ path: ['x'], value: 1 }] }
    const lift = (...transformations: object[]) => streamWritten({ stream: { transformations } })['lift']
    expect(lift(flatten({ delete_origin_value: true }), add)).toEqual({ path: 'a.b', drop: 'origin' })
    expect(lift(flatten({ replace_record: true }))).toEqual({ path: 'a.b', drop: 'rest' })
    expect(lift(flatten(), add, flatten(names))).toEqual([
      { path: 'a.b' },
      { path: 'a.b', prefix: 'p_', suffix: '_s' },
    ])
    const late = 'an object is flattened after other fields were changed'
    const filter = { record_filter: { type: 'RecordFilter', condition: '{{ record.id == 1 }}' } }
    for (const [parts, detail] of [
      [{ stream: { transformations: [add, flatten()] } }, late],
      [{ stream: { transformations: [{ type: 'KeysToSnakeCase' }, flatten(names)] } }, late],
      [{ stream: { transformations: [flatten({ field_path: ['*'] })] } }, 'told by a pattern'],
      [{ stream: { transformations: [flatten()] }, selector: filter }, 'that are filtered before'],
    ] as const)
      expect(refusal(parts)).toMatchObject({ detail: expect.stringContaining(detail) as unknown })
    expect(streamWritten({ stream: { transformations: [flatten(names)] }, selector: filter })).toHaveProperty(
      'where',
    )
  })

  test('hashes of fields; that of a record would be one of a text of Python', () => {
    const stream = (value: string) => ({
      stream: { transformations: [{ type: 'AddFields', fields: [{ path: ['h'], value }] }] },
    })
    expect(streamWritten(stream("{{ record['mail'] | hash('sha1') }}"))).toMatchObject({
      add: { h: { expr: '$hash(mail = null ? "None" : mail, "sha1")' } },
    })
    for (const value of ['{{ record | hash }}', "{{ record.mail | hash('md5', 'salt') }}"])
      expect(refusal(stream(value))).toMatchObject({
        detail: expect.stringContaining('the filter hash cannot be said') as unknown,
      })
  })

  test('keys: several, nested, none', () => {
    expect(streamWritten({ stream: { primary_key: [['org', 'id'], ['n']] } })['id']).toEqual(['org.id', 'n'])
    expect(streamWritten({ stream: { primary_key: [] } })['id']).toBe('none')
  })
})

const parent = streamOf({
  name: 'projects',
  stream: {
    transformations: [{ type: 'AddFields', fields: [{ path: ['key'], value: '{{ record.meta.key }}' }] }],
  },
})
const child = (config: object, path: string, name = 'tasks') =>
  streamOf({
    name,
    requester: { path },
    retriever: {
      partition_router: {
        type: 'SubstreamPartitionRouter',
        parent_stream_configs: [{ type: 'ParentStreamConfig', ...config }],
      },
    },
  })

describe('partitions', () => {
  test('a parent that the manifest lists, with other fields of its records', () => {
    const config = {
      stream: parent,
      parent_key: 'id',
      partition_field: 'project',
      extra_fields: [['meta', 'owner']],
      incremental_dependency: true,
    }
    const { streams } = imported(
      manifestOf([
        parent,
        child(
          config,
          "projects/{{ stream_partition.project }}/{{ stream_slice.extra_fields['meta.owner'] }}",
        ),
      ]),
    )
    expect(streams[1]).toMatchObject({
      path: '/projects/{project.id}/{project.meta.owner}',
      for: { each: 'projects', as: 'project', onlyChanged: true },
    })
  })

  test('a key that the parent adds is had where it comes from', () => {
    const { streams } = imported(
      manifestOf([
        parent,
        child({ stream: parent, parent_key: 'key', partition_field: 'k' }, '{{ stream_partition.k }}'),
      ]),
    )
    expect(streams[1]).toMatchObject({ path: '/{project.meta.key}' })
  })

  test('a parent that is listed nowhere is added, and said so', () => {
    const { pipeline, streams } = imported(
      manifestOf([
        child({ stream: parent, parent_key: 'id', partition_field: 'p' }, 'p/{{ stream_partition.p }}'),
      ]),
    )
    expect(streams.map(({ name }) => name)).toEqual(['tasks', 'projects'])
    expect(pipeline).toContain('# Only for its children')
  })

  test('lists, and their product with a parent', () => {
    const routers = [
      {
        type: 'ListPartitionRouter',
        values: ['open', 'closed'],
        cursor_field: 'state',
        request_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'state' },
      },
      { type: 'ListPartitionRouter', values: "{{ config['ids'] }}", cursor_field: 'id' },
    ]
    const parts = {
      requester: { path: '{{ stream_partition.id }}' },
      retriever: { partition_router: routers },
    }
    expect(refusal(parts)).toMatchObject({ about: 'setting not given', settings: ['ids'] })
    expect(streamWritten(parts, { set: { ids: '${IDS}' } })).toMatchObject({
      path: '/{id}',
      query: { state: '{state}' },
      for: [
        { values: ['open', 'closed'], as: 'state' },
        { values: '${IDS}', as: 'id' },
      ],
    })
  })

  test('a refused parent refuses its child', () => {
    const custom = streamOf({
      name: 'projects',
      stream: { transformations: [{ type: 'CustomTransformation', class_name: 'x.Y' }] },
    })
    const { refused } = imported(
      manifestOf([child({ stream: custom, parent_key: 'id', partition_field: 'p' }, 'x')]),
    )
    expect(refused[0]).toMatchObject({ name: 'tasks', detail: 'its parent projects: transformation x.Y' })
  })
})

test('what the pipeline cannot do with parents is refused', () => {
  const other = streamOf({ name: 'teams' })
  const part = (stream: object, field: string) => ({
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: [{ type: 'ParentStreamConfig', stream, parent_key: 'id', partition_field: field }],
  })
  const below = streamOf({
    name: 'teams',
    retriever: { partition_router: part(parent, 'x') },
    requester: { path: '{{ stream_partition.x }}' },
  })
  const both = (one: object) => ({
    requester: { path: '{{ stream_partition.p }}/{{ stream_partition.t }}' },
    retriever: { partition_router: [part(parent, 'p'), part(one, 't')] },
  })
  expect(streamWritten(both(other))).toMatchObject({
    path: '/{project.id}/{team.id}',
    for: [
      { each: 'projects', as: 'project' },
      { each: 'teams', as: 'team' },
    ],
  })
  expect(streamWritten(both(below))).toMatchObject({ path: '/{project.id}/{team.id}' })
  const { requester, retriever } = both(below)
  const above = { path: `${requester.path}/{{ stream_partition.parent_slice.x }}` }
  expect(refusal({ requester: above, retriever })).toMatchObject({
    about: 'several parents',
    detail: expect.stringContaining("a parent's own parent project") as unknown,
  })
  const added = {
    type: 'AddFields',
    fields: [{ path: ['project'], value: '{{ stream_partition.p }}' }],
  }
  expect(
    refusal({
      retriever: { partition_router: part(parent, 'p') },
      stream: { transformations: [added] },
    }),
  ).toMatchObject({
    detail: 'records get a value of project, and the requests do not depend on it',
  })
})

describe('fields that are made of added ones', () => {
  const adding = (...fields: (readonly [string, string])[]) => ({
    type: 'AddFields',
    fields: fields.map(([name, value]) => ({ path: [name], value })),
  })
  const key = adding(['key', "{{ record['a'] ~ '-' ~ record['b'] }}"])

  test('find them, in the order of the manifest', () => {
    const copies = adding(['same', "{{ record['key'] }}"], ['short', "{{ record['key'][:2] }}"])
    const { add } = streamWritten({ stream: { transformations: [key, copies] } })
    expect(Object.entries(add as object).slice(1)).toEqual([
      ['same', { path: 'key' }],
      ['short', { expr: '$substring(key, 0, 2)' }],
    ])
  })

  test('a child refers to them', () => {
    const computed = streamOf({ name: 'projects', stream: { transformations: [key] } })
    const config = { stream: computed, parent_key: 'key', partition_field: 'k' }
    const { streams } = imported(
      manifestOf([computed, child(config, '{{ stream_partition.k }}/{{ stream_partition.k.x }}')]),
    )
    expect(streams[1]).toMatchObject({ path: '/{project.key}/{project.key.x}' })
  })

  test('one that is added again is it from then on; its first value cannot be asked for', () => {
    const again = (...fields: (readonly [string, string])[]) => ({
      stream: { transformations: [key, adding(...fields)] },
    })
    const { add } = streamWritten(again(['other', 'x'], ['key', 'y']))
    expect(add).toEqual({ other: 'x', key: 'y' })
    expect(Object.keys(add as object)).toEqual(['other', 'key'])
    const twice = 'key is added twice, and its first value is needed'
    expect(refusal(again(['key', "{{ record['key'] }}!"]))).toMatchObject({
      detail: expect.stringContaining(twice) as unknown,
    })
    expect(refusal(again(['other', "{{ record['key'] }}"], ['key', 'y']))).toMatchObject({
      detail: expect.stringContaining(twice) as unknown,
    })
  })

  test('the next page cannot be told by one', () => {
    const paginator = {
      type: 'DefaultPaginator',
      page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'after' },
      pagination_strategy: {
        type: 'CursorPagination',
        cursor_value: "{{ last_record['key'] }}",
        stop_condition: "{{ not response.get('more') }}",
      },
    }
    expect(refusal({ stream: { transformations: [key] }, retriever: { paginator } })).toMatchObject({
      detail: expect.stringContaining('key is computed, and something depends on it') as unknown,
    })
  })
})

describe('requests that do not depend on a parent', () => {
  const config = { type: 'ParentStreamConfig', stream: parent, parent_key: 'id', partition_field: 'p' }
  const retriever = {
    partition_router: { type: 'SubstreamPartitionRouter', parent_stream_configs: [config] },
  }

  test('are sent once', () => {
    expect(streamWritten({ retriever })).toMatchObject({
      for: { each: 'projects', as: 'project', once: true },
    })
  })

  test('and it is said where the manifest has records several times', () => {
    const { converted } = imported(manifestOf([streamOf({ retriever, stream: { primary_key: [] } })]))
    expect(converted[0]?.notes).toEqual([
      'the manifest sends the same requests again for each project; here they are sent once',
    ])
  })
})

test('a value of a parent of the parent', () => {
  const router = (stream: object, field: string) => ({
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: [{ type: 'ParentStreamConfig', stream, parent_key: 'id', partition_field: field }],
  })
  const lists = streamOf({
    name: 'lists',
    requester: { path: 'lists/{{ stream_partition.p }}' },
    retriever: { partition_router: router(parent, 'p') },
  })
  expect(
    streamWritten({
      requester: { path: '{{ stream_partition.parent_slice.p }}/{{ stream_partition.l }}' },
      retriever: { partition_router: router(lists, 'l') },
    }),
  ).toMatchObject({ path: '/{project.id}/{list.id}', for: { each: 'lists', as: 'list' } })
})

test('one parent twice: each part has a name of its own', () => {
  const router = (key: string, field: string) => ({
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: [
      { type: 'ParentStreamConfig', stream: parent, parent_key: key, partition_field: field },
    ],
  })
  const retriever = { partition_router: [router('id', 'a'), router('org', 'b')] }
  const requester = { path: '{{ stream_partition.b }}/{{ stream_partition.a }}' }
  expect(streamWritten({ requester, retriever })).toMatchObject({
    path: '/{project_2.org}/{project.id}',
    for: [
      { each: 'projects', as: 'project' },
      { each: 'projects', as: 'project_2' },
    ],
  })
})

test.each([['{{ now_utc() }}'], ["{{ now_utc().strftime('%Y-%m-%d') }}"]])(
  'a key that is the time of reading, %s, tells no records apart here',
  value => {
    const stream = {
      primary_key: ['uuid'],
      transformations: [{ type: 'AddFields', fields: [{ path: ['uuid'], value }] }],
    }
    expect(streamWritten({ stream })).toMatchObject({ id: 'none' })
  },
)

describe('incremental', () => {
  const cursor = {
    type: 'DatetimeBasedCursor',
    cursor_field: 'updated',
    datetime_format: '%Y-%m-%dT%H:%M:%SZ',
    start_datetime: "{{ config['start_date'] }}",
  }

  test('both ends, windows, overlap', () => {
    const option = (name: string) => ({
      type: 'RequestOption',
      inject_into: 'request_parameter',
      field_name: name,
    })
    const incremental_sync = {
      ...cursor,
      end_datetime: '{{ now_utc() }}',
      start_time_option: option('from'),
      end_time_option: option('to'),
      step: 'P30D',
      cursor_granularity: 'PT1S',
      lookback_window: 'P1D',
    }
    expect(streamWritten({ stream: { incremental_sync } })['since']).toEqual({
      field: 'updated',
      type: 'date',
      start: '${START_DATE}',
      param: 'from',
      untilParam: 'to',
      format: 'isoSeconds',
      overlap: '24h',
      window: '30d',
      granularity: '1s',
    })
  })

  test('references; a start that is counted back; a feed that stops at the known', () => {
    const stream = {
      incremental_sync: {
        ...cursor,
        start_datetime: {
          type: 'MinMaxDatetime',
          datetime: "{{ day_delta(-30, '%Y-%m-%d') }}",
          datetime_format: '%Y-%m-%d',
        },
        is_data_feed: true,
      },
    }
    const written = streamWritten({
      requester: { request_parameters: { q: 'updated>{{ stream_interval.start_time }}' } },
      stream,
    })
    expect(written).toMatchObject({
      query: { q: 'updated>{since}' },
      since: { start: '30d', order: 'descending' },
    })
  })
})

test('dynamic streams and jobs are refused; a stream that is read in two ways is read as a whole', () => {
  const { refused, streams, converted } = imported(
    manifestOf(
      [
        {
          type: 'StateDelegatingStream',
          name: 'two',
          full_refresh_stream: streamOf({ name: 'two' }),
          incremental_stream: streamOf({ name: 'two', requester: { path: 'changes' } }),
        },
        { ...streamOf({ name: 'job' }), retriever: { type: 'AsyncRetriever' } },
      ],
      { dynamic_streams: [{ type: 'DynamicDeclarativeStream', name: 'any' }] },
    ),
  )
  expect(streams).toMatchObject([{ name: 'two', path: '/two' }])
  expect(converted[0]?.notes[0]).toContain('all is read each time')
  expect(refused.map(({ about }) => about)).toEqual(['jobs', 'dynamic streams'])
})
