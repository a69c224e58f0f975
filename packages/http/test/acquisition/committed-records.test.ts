import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import type { AcquireEvent, PipelineInput, RecordChange } from '../../src/acquisition/index.js'
import { acquire, records } from '../../src/acquisition/index.js'
import type { WebService } from '../support/web-service.js'
import { startService } from '../support/web-service.js'

describe('records', () => {
  let folder: string
  let api: WebService
  let price = 1
  beforeEach(async () => {
    price = 1
    folder = await mkdtemp(join(tmpdir(), 'records-'))
    api = await startService(({ query }) => {
      const page = Number(query.get('page') ?? 1)
      const items = page > 3 ? [] : [2 * page - 1, 2 * page].map(id => ({ id, price: id === 1 ? price : 0 }))
      return { body: items }
    })
  })
  afterEach(async () => {
    await api[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const pipeline = (): PipelineInput => ({
    output: join(folder, 'out'),
    rateLimit: 1000,
    workers: 1,
    sources: [{ name: 'shop', baseUrl: api.url, id: 'id', pagination: { type: 'page', pageSize: 2 } }],
  })

  const all = async (rows: AsyncIterable<RecordChange>): Promise<RecordChange[]> => {
    const list: RecordChange[] = []
    for await (const row of rows) list.push(row)
    return list
  }

  test('come in the order of commits, and go on behind a position: a changed one comes again', async () => {
    await acquire(pipeline())
    const first = await all(records(pipeline(), 'shop'))
    expect(first.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(first[0]?.fields).toEqual({ id: 1, price: 1 })
    const { position = 0 } = first.at(-1) ?? {}
    expect(await all(records(pipeline(), 'shop', { after: position }))).toEqual([])
    expect(
      (await all(records(pipeline(), 'shop', { after: first[3]?.position ?? 0 }))).map(one => one.id),
    ).toEqual(['5', '6'])
    price = 2
    await acquire(pipeline())
    expect(await all(records(pipeline(), 'shop', { after: position }))).toEqual([
      { stream: 'shop', id: '1', fields: { id: 1, price: 2 }, position: expect.any(Number) },
    ])
  })

  test('come while a run goes on, and end with it', async () => {
    const done: string[] = []
    const events: AcquireEvent[] = []
    const run = acquire(pipeline(), { onEvent: event => events.push(event) }).then(() => done.push('run'))
    for await (const { id } of records(pipeline(), 'shop', { until: run })) done.push(id)
    expect(done.filter(one => one !== 'run')).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(done).toContain('run')
    expect(events.at(-1)).toEqual({ type: 'finished', status: 'complete' })
  })

  test('what was committed before a run failed is told all the same', async () => {
    const failing = acquire(pipeline(), {
      onEvent: event => {
        if (event.type === 'page-done' && event.pageId === 'shop:page=2')
          throw new Error('the listener fails')
      },
    })
    failing.catch(() => undefined)
    const found = await all(records(pipeline(), 'shop', { until: failing }))
    expect(found.length).toBeGreaterThanOrEqual(4)
    await expect(failing).rejects.toThrow('the listener fails')
  })

  test('the wait for more ends with the signal', async () => {
    await acquire(pipeline())
    const controller = new AbortController()
    const never = new Promise(() => undefined)
    const rows = records(pipeline(), 'shop', { after: 6, until: never, signal: controller.signal })
    const next = rows.next()
    controller.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
  })

  test('what cannot be read is told', async () => {
    const one = (input: PipelineInput, stream = 'shop', options = {}) =>
      records(input, stream, options).next()
    await expect(one(pipeline())).rejects.toThrow(/acquire\.db is not there: no run has begun in its folder/)
    await expect(one(pipeline(), 'shop', { until: Promise.resolve() })).rejects.toThrow('is not there')
    await expect(one(pipeline(), 'shops')).rejects.toThrow('there is no stream "shops"; allowed are shop')
    await expect(one(pipeline(), 'shop', { after: -1 })).rejects.toThrow('after is -1; allowed is a position')
    await expect(one(pipeline(), 'shop', { afterwards: 1 })).rejects.toThrow('afterwards')
    await acquire(pipeline())
    await expect(one({ ...pipeline(), name: 'other' })).rejects.toThrow('other')
    const file = join(folder, 'out', 'acquire.db')
    const version = (value: number): void => {
      const database = new Database(file)
      database.pragma(`user_version = ${value}`)
      database.close()
    }
    version(3)
    await expect(one(pipeline())).rejects.toThrow(/is a ledger of version 3; this is for \d+/)
  })

  test('a file that holds nothing yet is no ledger yet', async () => {
    await acquire({ ...pipeline(), output: join(folder, 'other') })
    const file = join(folder, 'empty', 'acquire.db')
    await acquire({ ...pipeline(), output: join(folder, 'empty') })
    await rm(file)
    new Database(file).close()
    await expect(records({ ...pipeline(), output: join(folder, 'empty') }, 'shop').next()).rejects.toThrow(
      'is not there',
    )
  })
})

test('events are told apart by their type', () => {
  expectTypeOf<Extract<AcquireEvent, { type: 'page-done' }>['records']>().toEqualTypeOf<number>()
  expectTypeOf<Extract<AcquireEvent, { type: 'finished' }>['status']>().toEqualTypeOf<
    'complete' | 'partial' | 'failed' | 'interrupted'
  >()
  const told = (event: AcquireEvent): string => {
    switch (event.type) {
      case 'page-done':
        return `${event.pageId} ${event.openPages}`
      case 'throttled':
        return event.until
      default:
        return event.type
    }
  }
  expect(told({ type: 'finished', status: 'complete' })).toBe('finished')
})
