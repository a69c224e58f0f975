import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { NormalisePool } from '../../../src/acquisition/records/normalise-pool.js'
import type { PageContext } from '../../../src/acquisition/records/page-context.js'
import type { ReadingInstructions } from '../../../src/acquisition/records/reading-instructions.js'
import { addRulesOf } from '../../../src/acquisition/streams/added-fields.js'
import type { AddConfig } from '../../../src/acquisition/streams/added-fields.js'
import { context, readPage } from './page-rig.js'
import { fieldsOf } from './record-fields.js'

const partitions = [
  { each: 'acme.projects', as: 'project' },
  { values: ['open'], as: 'state' },
]
const rulesOf = (add: AddConfig) => addRulesOf({ add, for: partitions, since: {} })
const partition = { 'project.id': '9007199254740993', 'project.name': '"x"', state: '"open"' }
const add = (config: AddConfig, told: Partial<PageContext> = {}, body = '[{"a":{"b":[1]}}]') =>
  readPage(body, { id: 'none', keep: ['none'], add: rulesOf(config) }, { partition, ...told })
const added = (...given: Parameters<typeof add>) => add(...given).records.map(fieldsOf)

describe('added fields', () => {
  test('are constants, paths and references, which keep their type', () => {
    const config = {
      kind: 'constant',
      n: 1,
      yes: true,
      none: null,
      b: { path: 'a.b' },
      c: { path: 'a.c' },
      projectId: '{project.id}',
      state: '{state}',
      label: '{state} of {project.name}: {{x}',
      fetchedAt: '{now}',
      run: '{run}',
    }
    expect(added(config)).toEqual([
      {
        kind: 'constant',
        n: 1,
        yes: true,
        none: null,
        b: [1],
        c: null,
        projectId: '9007199254740993',
        state: 'open',
        label: 'open of x: {x}',
        fetchedAt: '2026-03-01T12:00:00.000Z',
        run: 'r1',
      },
    ])
  })

  test('the window, where there is one', () => {
    const window = { since: '2024-01-01T00:00:00.000Z' }
    expect(added({ from: '{since}', to: '{until}' }, { window })).toEqual([{ from: window.since, to: null }])
  })

  test('may be the id', () => {
    const instructions = { id: ['project', 'n'], add: rulesOf({ project: '{project.id}' }) }
    const page = readPage('[{"n":1}]', instructions, { partition })
    expect(page.records[0]?.id).toBe('["9007199254740993","1"]')
  })

  test('contentHash: what tells the partition is a part of it, the moment is not', () => {
    const idOf = (config: AddConfig, told: Partial<PageContext>) =>
      readPage('[{"n":1}]', { id: 'contentHash', add: rulesOf(config) }, told).records[0]?.id
    const one = idOf({ project: '{project.id}', at: '{now}' }, { partition })
    expect(idOf({ project: '{project.id}', at: '{now}' }, { partition, now: 'later' })).toBe(one)
    expect(idOf({ project: '{project.id}', at: '{now}' }, { partition: { 'project.id': '2' } })).not.toBe(one)
  })

  test('find what was added before, in the order written', () => {
    const config = {
      before: { path: 'kind' },
      kind: 'constant',
      a: { path: 'state.name' },
      same: { path: 'kind' },
      state: '{state}',
    }
    expect(added(config, {}, '[{"kind":"own","state":{"name":"raw"}}]')).toEqual([
      { before: 'own', kind: 'constant', a: 'raw', same: 'constant', state: 'open' },
    ])
  })

  test('a secret is taken out of them', () => {
    const page = readPage(
      '[{"n":1}]',
      { id: 'none', add: rulesOf({ x: 'my-token' }) },
      { secrets: ['my-token'] },
    )
    expect(fieldsOf(page.records[0] as never)).toEqual({ n: 1, x: '[redacted]' })
  })
})

const instructions = (config: AddConfig): ReadingInstructions => ({
  stream: 'shop',
  records: '',
  observe: [],
  paging: {},
  id: 'id',
  keep: ['id'],
  timeMs: 2_000,
  add: rulesOf(config),
})
const bytes = (text: string) => new Uint8Array(Buffer.from(text))

describe('computed fields', () => {
  test('are JSONata over the raw record, in a thread', async () => {
    await using pool = new NormalisePool(
      [
        instructions({
          total: { expr: 'price * qty' },
          names: { expr: 'items.name' },
          project: { expr: '$project.name & "/" & $state' },
          exact: { expr: 'long' },
          nothing: { expr: 'missing.path' },
        }),
      ],
      { workers: 1 },
    )
    const body = '[{"id":1,"price":1.50,"qty":3,"items":[{"name":"a"},{"name":"b"}],"long":9007199254740993}]'
    const reading = await pool.read(bytes(body), 'shop', {}, {}, { ...context, partition })
    expect(reading.ok && reading.page.records.map(fieldsOf)).toEqual([
      { id: 1, total: 4.5, names: ['a', 'b'], project: 'x/open', exact: '9007199254740993', nothing: null },
    ])
  })

  test('may use what was added before', async () => {
    const config = {
      key: { expr: '$state & "-" & id' },
      project: '{project.id}',
      parts: { expr: '{ "key": key, "project": project }' },
      broken: { expr: '$number("x")' },
      after: { expr: '$exists(broken) and broken = null' },
    }
    await using pool = new NormalisePool([instructions(config)], { workers: 1 })
    const reading = await pool.read(bytes('[{"id":1},7]'), 'shop', {}, {}, { ...context, partition })
    expect(reading.ok && reading.page.records.map(fieldsOf)).toEqual([
      {
        id: 1,
        key: 'open-1',
        project: '9007199254740993',
        parts: { key: 'open-1', project: '9007199254740993' },
        broken: null,
        after: true,
      },
    ])
  })

  test('hash texts, numbers and nothing', async () => {
    const config = {
      text: { expr: '$hash(name, "md5")' },
      number: { expr: '$hash(id)' },
      nothing: { expr: '$hash(missing, "sha1")' },
      wrong: { expr: '$hash(name, "crc")' },
    }
    await using pool = new NormalisePool([instructions(config)], { workers: 1 })
    const reading = await pool.read(bytes('[{"id":1,"name":"a"}]'), 'shop', {}, {}, context)
    expect(reading.ok && reading.page.records.map(fieldsOf)).toEqual([
      {
        id: 1,
        text: '0cc175b9c0f1b6a831c399e269772661',
        number: '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b',
        nothing: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        wrong: null,
      },
    ])
    expect(reading.ok && reading.page.unreadable?.[0]?.reason).toContain(
      'allowed are md5, sha1, sha256, sha512',
    )
  })

  test('begin children, and are what since goes by', async () => {
    const rules = {
      ...instructions({ key: { expr: '{ "n": id * 2, "none": null }' }, at: { expr: '$max(times)' } }),
      since: { field: 'at', type: 'number', filter: true },
      children: [
        { stream: 'c', values: { 'p.key.n': 'key.n', 'p.id': 'id', 'p.at': 'at' } },
        { stream: 'none', values: { 'p.key.none': 'key.none' } },
      ],
    } as const
    await using pool = new NormalisePool([rules], { workers: 1 })
    const body = '[{"id":1,"times":[3,5]},{"id":2,"times":[1]},{"id":3,"times":"x"}]'
    const reading = await pool.read(bytes(body), 'shop', {}, {}, { ...context, window: { since: '2' } })
    expect(reading.ok && reading.page).toMatchObject({
      highest: '5',
      cursorsUnread: 1,
      children: {
        c: [
          { 'p.key.n': '2', 'p.id': '1', 'p.at': '5' },
          { 'p.key.n': '4', 'p.id': '2', 'p.at': '1' },
        ],
        none: [],
      },
      unplanned: [
        { stream: 'none', reference: 'p.key.none', count: 3 },
        { stream: 'c', reference: 'p.at', count: 1 },
      ],
    })
    expect(reading.ok && reading.page.records.map(({ id }) => id)).toEqual(['1', '3'])
  })

  test('what fails is null in that record, with a warning', async () => {
    await using pool = new NormalisePool([instructions({ total: { expr: 'price * 2' } })], { workers: 1 })
    const reading = await pool.read(
      bytes('[{"id":1,"price":"x"},{"id":2,"price":2}]'),
      'shop',
      {},
      {},
      context,
    )
    expect(reading.ok && reading.page.records.map(fieldsOf)).toEqual([
      { id: 1, total: null },
      { id: 2, total: 4 },
    ])
    expect(reading.ok && reading.page).toMatchObject({
      warnings: 1,
      unreadable: [{ field: 'total', count: 1 }],
    })
  })

  test.each(['($f := function() { $f() }; $f())', '($f := function($n) { $f($n + 1) + 1 }; $f(0))'])(
    '%s does not end: the thread is, and the page is TOO_SLOW or its field null',
    async expr => {
      await using pool = new NormalisePool([instructions({ x: { expr } })], { workers: 1 })
      const reading = await pool.read(bytes('[{"id":1}]'), 'shop', {}, {}, context)
      if (reading.ok) expect(reading.page.warnings).toBe(1)
      else expect(['TOO_SLOW', 'TOO_HEAVY', 'WORKER_DIED']).toContain(reading.code)
      const after = await pool.read(bytes('[]'), 'shop', {}, {}, context)
      expect(after.ok).toBe(true)
    },
  )

  test('an endless one is ended by the clock of the pool', async () => {
    const clock = new ManualClock()
    await using pool = new NormalisePool(
      [instructions({ x: { expr: '($f := function() { $f() }; $f())' } })],
      { workers: 1, clock },
    )
    await pool.ready()
    const reading = pool.read(bytes('[{"id":1}]'), 'shop', {}, {}, context)
    await new Promise(resolve => setImmediate(resolve))
    await clock.advance(2_000)
    expect(await reading).toMatchObject({ ok: false, code: 'TOO_SLOW' })
  })
})
