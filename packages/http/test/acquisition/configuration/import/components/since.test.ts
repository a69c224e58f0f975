import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { imported, manifestOf, refusal, streamOf, streamWritten } from '../manifest-of.js'

type Part = Readonly<Record<string, unknown>>

const date = (more: string): Part => ({
  type: 'DatetimeBasedCursor',
  cursor_field: 'updated',
  datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
  ...(parse(more) as Part),
})
const partsOf = (incremental_sync: Part) => ({ stream: { incremental_sync } })
const since = (more: string) => streamWritten(partsOf(date(more)))['since']
const notes = (more: string) =>
  imported(manifestOf([streamOf(partsOf(date(more)))])).converted.flatMap(one => one.notes)

test('nothing but a field: all is read, and filtered by nothing', () => {
  expect(since('{}')).toEqual({ field: 'updated', type: 'date', filter: false })
})

describe('a number that counts up', () => {
  const count = (more: string) =>
    streamWritten(
      partsOf({ type: 'IncrementingCountCursor', cursor_field: 'number', ...(parse(more) as Part) }),
    )['since']

  test.each([
    ['{}', { filter: false }],
    ['start_value: 10', { start: 10, filter: false }],
    ['start_value: "{{ config[\'page_size\'] }}"', { start: 50, filter: false }],
    [
      '{ start_value: 0, start_value_option: { inject_into: request_parameter, field_name: from } }',
      { start: 0, param: 'from' },
    ],
  ])('%s', (more, expected) => {
    expect(count(more)).toEqual({ field: 'number', type: 'number', ...expected })
  })
})

describe('the format of dates', () => {
  test.each([
    ['%s', 'epochSeconds'],
    ['%ms', 'epochMillis'],
    ['%epoch_microseconds', 'epochMicros'],
    ['%Y-%m-%d', 'date'],
    ['%Y-%m-%dT%H:%M:%SZ', 'isoSeconds'],
    ['%Y-%m-%dT%H:%M:%S.%_msZ', undefined],
    ['%Y-%m-%dT%H:%M:%S.%fZ', "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"],
    ['%Y-%m-%dT%H:%M:%S%z', "yyyy-MM-dd'T'HH:mm:ss'+0000'"],
    ['%Y-%m-%d UTC%z', "yyyy-MM-dd' UTC+0000'"],
    ['%d/%m/%y %H:%M', 'dd/MM/yy HH:mm'],
    ['%d %b %Y, %I:%M %p', 'dd MMM yyyy, hh:mm a'],
    ['%B %d%%', 'MMMM dd%'],
  ])('%s', (datetime_format, format) => {
    expect(since(JSON.stringify({ datetime_format }))).toEqual({
      field: 'updated',
      type: 'date',
      ...(format !== undefined && { format }),
      filter: false,
    })
  })

  test('one that is left out has microseconds and a zone', () => {
    const written = streamWritten(partsOf({ type: 'DatetimeBasedCursor', cursor_field: 'updated' }))
    expect(written['since']).toMatchObject({ format: "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'+0000'" })
  })

  test.each([['%j'], ['%s_as_float']])('%s is refused', datetime_format => {
    expect(refusal(partsOf(date(JSON.stringify({ datetime_format }))))).toMatchObject({
      about: 'date format',
      detail: `${datetime_format} in ${datetime_format} has no counterpart`,
    })
  })
})

describe('lengths of time', () => {
  test.each([
    ['{ start_datetime: "2024-01-01", step: P1M }', { start: '2024-01-01', window: '1mo' }],
    ['{ start_datetime: "2024-01-01", step: P1Y }', { start: '2024-01-01', window: '1y' }],
    ['{ start_datetime: "2024-01-01", step: P2W }', { start: '2024-01-01', window: '14d' }],
    ['{ start_datetime: "2024-01-01", step: PT6H }', { start: '2024-01-01', window: '6h' }],
    // Without a start there is nothing that windows begin at.
    ['{ step: P1M }', {}],
    ['{ cursor_granularity: PT0.000001S }', { granularity: '1ms' }],
    ['{ cursor_granularity: P1D, lookback_window: PT30M }', { granularity: '24h', overlap: '30m' }],
    ['{ lookback_window: "P{{ config[\'page_size\'] }}D" }', { overlap: '1200h' }],
    ['{ lookback_window: P0D }', {}],
    ["{ lookback_window: '' }", {}],
  ])('%s', (more, expected) => {
    expect(since(more)).toEqual({ field: 'updated', type: 'date', ...expected, filter: false })
  })

  test('what is none is refused', () => {
    expect(refusal(partsOf(date('lookback_window: 30 days')))).toMatchObject({ about: 'duration' })
  })
})

test('what is sent, filtered here, or comes newest first', () => {
  const option = (into: string) => ({ inject_into: into, field_name: 'from' })
  expect(since(JSON.stringify({ start_time_option: option('header') }))).toEqual({
    field: 'updated',
    type: 'date',
    param: { header: 'from' },
  })
  expect(since('is_client_side_incremental: true')).toMatchObject({ filter: true })
  expect(since('is_data_feed: "true"')).toMatchObject({ order: 'descending' })
})

test('slices under names of their own', () => {
  const incremental_sync = date('{ partition_field_start: from, partition_field_end: to }')
  const query = {
    a: '{{ stream_slice.from }}',
    b: '{{ stream_interval["to"] }}',
    c: '{{ stream_slice.start_time }}',
  }
  expect(
    streamWritten({ stream: { incremental_sync }, requester: { request_parameters: query } }),
  ).toMatchObject({
    query: { a: '{since}', b: '{until}' },
    since: { field: 'updated', type: 'date' },
  })
})

describe('the start', () => {
  test.each([
    // Whatever the format of the cursor, ours are written in one.
    ['2024-01-01T00:00:00.000Z', '2024-01-01'],
    ['2024-01-01T10:30:00.000Z', '2024-01-01T10:30:00.000Z'],
    ['2024-01-01T10:30:00+02:00', '2024-01-01T08:30:00.000Z'],
    ["{{ config['start_date'] }}", '${START_DATE}'],
    ["{{ config['start_date'] }}T00:00:00Z", '${START_DATE}'],
    ["{{ config['start_date'] }}T00:00:00.000+00:00", '${START_DATE}'],
    ["{{ config['start_date'].strftime('%Y') }}", '${START_DATE}'],
    ["{{ config['start_date'].split('T')[0] }}", '${START_DATE}'],
    ["{{ config['start_date'][:10] }}", '${START_DATE}'],
    ["{{ format_datetime(config['start_date'], '%Y-%m-%d') }}", '${START_DATE}'],
    ["{{ str_to_datetime(config['start_date']).strftime('%Y') }}", '${START_DATE}'],
    ["{{ timestamp(config['start_date']) | int }}", '${START_DATE}'],
    ["{{ timestamp(config['start_date']) * 1000 }}", '${START_DATE}'],
    // So long before the run.
    ['{{ day_delta(-30) }}', '30d'],
    ["{{ day_delta(-7, format='%Y-%m-%d') }}", '7d'],
    ["{{ format_datetime(day_delta(-7), '%Y-%m-%d') }}", '7d'],
    ["{{ (now_utc() - duration('P30D')).strftime('%Y-%m-%d') }}", '30d'],
    ["{{ now_utc() - duration('PT12H') }}", '12h'],
  ])('%s', (start_datetime, start) => {
    expect(since(JSON.stringify({ start_datetime }))).toMatchObject({ start })
    expect(notes(JSON.stringify({ start_datetime }))).toEqual([])
  })

  test.each([
    ['{ datetime: 1704067200, datetime_format: "%s" }', '2024-01-01'],
    ['{ datetime: 1704067200500, datetime_format: "%ms" }', '2024-01-01T00:00:00.500Z'],
    ['{ datetime: 01/02/2024, datetime_format: "%d/%m/%Y" }', '2024-02-01'],
    ['{ datetime: 2024-01-01, datetime_format: "" }', '2024-01-01'],
    ["{ datetime: \"{{ config['start_date'] }}\", datetime_format: '%Y-%m-%d' }", '${START_DATE}'],
  ])('%s', (bound, start) => {
    expect(since(`start_datetime: ${bound}`)).toMatchObject({ start })
  })

  test.each([
    ["{{ now_utc().strftime('%Y-01-01') }}", '2024-01-01'],
    ["{{ day_delta(-7).split('T')[0] }}", '2024-05-25'],
  ])('%s is counted back from the import, and said so', (start_datetime, start) => {
    expect(since(JSON.stringify({ start_datetime }))).toMatchObject({ start })
    expect(notes(JSON.stringify({ start_datetime }))).toEqual([
      'the start was counted back from the day of the import',
    ])
  })

  test('one that is not set is left out, and said so', () => {
    const more = 'start_datetime: "{{ config[\'team\'] }}"'
    expect(since(more)).not.toHaveProperty('start')
    expect(notes(more)).toEqual(['the start that the manifest asks for is not set: everything is read'])
  })

  test('bounds around it are not kept, and said so', () => {
    const more = "start_datetime: { datetime: \"{{ config['start_date'] }}\", min_datetime: '2020-01-01' }"
    expect(since(more)).toMatchObject({ start: '${START_DATE}' })
    expect(notes(more)).toEqual(['the manifest keeps its dates within others; here they are as they are set'])
  })

  test.each([
    ["{{ config['start_date'] }}T12:00:00Z"],
    ["from {{ config['start_date'] }}"],
    ["{{ config['start_date'] | upper }}"],
    ["{{ config['start_date'].upper() }}"],
    ["{{ config['start_date'].split('T')[1] }}"],
    ["{{ config['start_date'][5:] }}"],
    ["{{ timestamp(config['start_date']) + 3600 }}"],
    ["{{ max(config['start_date'], '2020-01-01') }}"],
    ["{{ [config['start_date']] }}"],
  ])('%s is refused', start_datetime => {
    expect(refusal(partsOf(date(JSON.stringify({ start_datetime }))))).toMatchObject({
      about: 'setting in an expression',
      settings: ['start_date'],
    })
  })

  test('a setting that is written as no date of ours is refused', () => {
    const more = "start_datetime: { datetime: \"{{ config['start_date'] }}\", datetime_format: '%d.%m.%Y' }"
    expect(refusal(partsOf(date(more)))).toMatchObject({ settings: ['start_date'] })
  })

  test('a text that is no date is refused', () => {
    expect(refusal(partsOf(date('start_datetime: yesterday')))).toMatchObject({
      about: 'date format',
      detail: '"yesterday" is no date of the form %Y-%m-%dT%H:%M:%S.%_msZ',
    })
    expect(refusal(partsOf(date('start_datetime: { datetime: soon, datetime_format: "%s" }')))).toMatchObject(
      {
        about: 'date format',
      },
    )
  })
})

describe('the end', () => {
  test.each([
    ['{{ now_utc() }}', undefined],
    ["{{ today_utc().strftime('%Y-%m-%d') }}", undefined],
    // The CDK never goes beyond the present.
    ['{{ day_delta(1) }}', undefined],
    ["{{ now_utc() + duration('P1D') }}", undefined],
    ["{{ config['team'] or now_utc() }}", undefined],
    ["{{ config['team'] }}", undefined],
    ['{{ day_delta(-1) }}', '1d'],
    ["{{ now_utc() - duration('PT30M') }}", '30m'],
    ['2024-03-01', '2024-03-01'],
    ["{{ config['start_date'] }}", '${START_DATE}'],
  ])('%s', (end_datetime, end) => {
    const more = JSON.stringify({ end_datetime })
    expect((since(more) as Part)['end']).toEqual(end)
    expect(notes(more)).toEqual([])
  })

  test.each([['{{ day_delta(-1).split("T")[0] }}'], ["{{ now_utc().replace(day=1) - duration('P1D') }}"]])(
    '%s is before the present in a way of its own, and said so',
    end_datetime => {
      expect(since(JSON.stringify({ end_datetime }))).not.toHaveProperty('end')
      expect(notes(JSON.stringify({ end_datetime }))).toEqual([
        'the manifest ends before the present; here it is read up to the present',
      ])
    },
  )
})

test.each([
  [{ type: 'CustomIncrementalSync', class_name: 'source_acme.Sync' }, 'custom component', 'source_acme.Sync'],
  [{ type: 'ChangeFeed' }, 'incremental sync', 'ChangeFeed has no counterpart'],
  [{ type: 'DatetimeBasedCursor' }, 'incremental sync', 'the cursor field is not known'],
  [{ type: 'DatetimeBasedCursor', cursor_field: '' }, 'incremental sync', 'the cursor field is not known'],
])('%j is refused', (incremental_sync, about, detail) => {
  expect(refusal(partsOf(incremental_sync))).toMatchObject({
    about,
    detail: expect.stringContaining(detail) as unknown,
  })
})
