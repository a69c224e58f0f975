import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RecordChange } from '../../src/acquisition/ledger/index.js'
import type { Column } from '../../src/acquisition/records/index.js'
import type { Sink } from '../../src/acquisition/sinks/index.js'
import { columns, deliveryOf, EXTRA, MemoryRecords } from './sink/stored-records.js'

/** A row as it was found: its id, whether it says that the record is gone, and its columns that are not null. */
export interface FoundRow {
  readonly id: string
  readonly isGone: boolean
  /** Numbers as texts, and what is JSON parsed. */
  readonly values: Readonly<Record<string, unknown>>
}

export interface SinkUnderTest {
  /** What is found after all deliveries: each record as it stands (`state`), or a row for each change (`log`). */
  readonly keeps: 'state' | 'log'
  readonly make: (folder: string) => Sink
  readonly read: (folder: string, stream: string, columns: readonly Column[]) => Promise<FoundRow[]>
}

const STREAM = 'acme.items'

/** Of the smallest and largest of everything. */
const RECORDS: readonly (readonly [id: string, fields: Readonly<Record<string, unknown>>])[] = [
  ['1', { id: 1, name: 'plain', ok: true, any: { a: [1, null, { b: 'x' }] } }],
  ['2', { id: '9223372036854775807', name: '', weight: '0.10', ok: false, any: [] }],
  ['3', { id: -5, name: 'a,"b"\r\nc', price: { amount: '12.50', currency: 'EUR' }, any: '17' }],
  ['4', { id: 4, name: null, day: '2026-02-28', at: '2026-02-28T23:59:59.999Z', any: null }],
  ['ü/5', { id: 5, name: 'Zażółć 😀 \u0000 end', weight: '123456789012345678901234567890.5', any: 0.5 }],
  ['6', { id: 6 }],
]

/** What every sink promises; one suite over all of them. */
export function describeSink(name: string, { keeps, make, read }: SinkUnderTest): void {
  describe(`sink ${name}`, () => {
    let folder: string
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sink-'))
    })
    afterEach(() => rm(folder, { recursive: true, force: true }))

    const delivered = async (records: MemoryRecords, types = {}) => {
      await using sink = make(folder)
      return await sink.deliver(deliveryOf(records, { types }))
    }
    const found = async (types = {}) => byId(await read(folder, STREAM, columns(types)))
    const expected = (records: MemoryRecords, types = {}) =>
      byId(records.all(STREAM).flatMap(change => expectedRow(change, columns(types), keeps)))

    test('records arrive with all that they hold, each once', async () => {
      const records = new MemoryRecords()
      for (const [id, fields] of RECORDS) records.put(STREAM, id, fields)
      expect(await delivered(records)).toEqual([
        { stream: STREAM, records: RECORDS.length, deleted: 0, position: RECORDS.length },
      ])
      expect(await found()).toEqual(expected(records))
    })

    test('delivered again, nothing changes', async () => {
      const records = new MemoryRecords()
      for (const [id, fields] of RECORDS) records.put(STREAM, id, fields)
      await delivered(records)
      expect(await delivered(records)).toMatchObject([{ records: 0, deleted: 0, position: RECORDS.length }])
      expect(await found()).toEqual(expected(records))
    })

    test('a run without records leaves none', async () => {
      const records = new MemoryRecords()
      expect(await delivered(records)).toMatchObject([{ records: 0, deleted: 0, position: 0 }])
      expect(await found()).toEqual([])
      records.put(STREAM, '1', { id: 1 })
      await delivered(records)
      expect(await found()).toEqual(expected(records))
    })

    test('what changes, what is gone, and what comes back', async () => {
      const records = new MemoryRecords()
      for (const [id, fields] of RECORDS) records.put(STREAM, id, fields)
      await delivered(records)
      records.put(STREAM, '1', { id: 1, name: 'newer' })
      records.put(STREAM, '2', null)
      records.put(STREAM, '3', { id: 3, name: 'last seen' }, Date.UTC(2026, 5, 1))
      await delivered(records)
      if (keeps === 'state') expect(await found()).toEqual(expected(records))
      records.put(STREAM, '2', { id: 2, name: 'back' })
      records.put(STREAM, '3', { id: 3, name: 'back too' })
      await delivered(records)
      const rows = await found()
      if (keeps === 'state') expect(rows).toEqual(expected(records))
      else expect(rows.filter(({ isGone }) => isGone).map(({ id }) => id)).toEqual(['2', '3'])
    })

    test('fields that come later have columns then, and two that differ by case both', async () => {
      const records = new MemoryRecords()
      records.put(STREAM, '1', { id: 1, name: 'before' })
      await delivered(records)
      records.put(STREAM, '2', { id: 2, name: 'after', Name: 'other', ratio: 0.25, mixed: 'x' })
      records.put(STREAM, '3', { id: 3, mixed: 7 })
      await delivered(records, EXTRA)
      expect(await found(EXTRA)).toEqual(expected(records, EXTRA))
    })

    test('of another ledger all is delivered, whatever the position was', async () => {
      const first = new MemoryRecords()
      for (const [id, fields] of RECORDS) first.put(STREAM, id, fields)
      await delivered(first)
      const second = new MemoryRecords('ledger-2')
      second.put(STREAM, '1', { id: 1, name: 'anew' })
      expect(await delivered(second)).toMatchObject([{ records: 1, position: 1 }])
      const names = (await found()).filter(({ id }) => id === '1').map(({ values }) => values['name'])
      expect(names).toContain('anew')
      if (keeps === 'log') expect(names).toEqual(['plain', 'anew'])
    })

    test('whatever is written between deliveries, and however often they end early, all arrives once', async () => {
      const write = fc.record({
        id: fc.integer({ min: 1, max: 8 }),
        how: fc.constantFrom('there', 'there', 'gone', 'missing'),
      })
      const steps = fc.array(
        fc.oneof(fc.array(write, { maxLength: 6 }), fc.constant('deliver'), fc.nat({ max: 6 })),
        { maxLength: 12 },
      )
      await fc.assert(
        fc.asyncProperty(steps, async all => {
          await rm(folder, { recursive: true, force: true })
          const records = new MemoryRecords()
          let value = 0
          for (const step of all) {
            if (step === 'deliver') await delivered(records)
            else if (typeof step === 'number') await cutOff(make(folder), records, step)
            else
              for (const { id, how } of step) {
                value += 1
                const fields = { id, name: `value ${value}` }
                records.put(
                  STREAM,
                  `${id}`,
                  how === 'gone' ? null : fields,
                  how === 'missing' ? value : undefined,
                )
              }
          }
          await delivered(records)
          const rows = await found()
          const names = rows.flatMap(({ values }) => values['name'] ?? [])
          if (keeps === 'state') expect(rows).toEqual(expected(records))
          else expect(names).toHaveLength(new Set(names).size)
          expect(names).toEqual(expect.arrayContaining(namesIn(records)))
        }),
        { numRuns: 25 },
      )
    })
  })
}

function namesIn(records: MemoryRecords): unknown[] {
  return records.all(STREAM).flatMap(({ fields }) => fields?.['name'] ?? [])
}

/** A delivery whose ledger cannot be read any more after so many records. */
async function cutOff(sink: Sink, records: MemoryRecords, after: number): Promise<void> {
  await using _closed = sink
  const delivery = deliveryOf(records)
  const broken = {
    ...delivery,
    async *records(stream: string, from?: number) {
      let count = 0
      for await (const change of delivery.records(stream, from)) {
        if (count++ >= after) throw new Error('cut off')
        yield change
      }
    },
  }
  await sink.deliver(broken).catch((error: Error) => expect(error.message).toBe('cut off'))
}

function byId(rows: readonly FoundRow[]): FoundRow[] {
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

function expectedRow(
  { id, fields, deletedAt }: RecordChange,
  all: readonly Column[],
  keeps: 'state' | 'log',
): FoundRow[] {
  if (fields === null && keeps === 'state') return []
  const values = all.map(({ name, type, read }) => [name, told(fields === null ? null : read(fields), type)])
  return [
    {
      id,
      isGone: fields === null || deletedAt !== undefined,
      values: Object.fromEntries(values.filter(([, value]) => value !== null)),
    },
  ]
}

/** A value in the one form in which all sinks are compared. */
export function told(value: unknown, type: Column['type']): unknown {
  if (value === null || value === undefined) return null
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  return isNumber && (type === 'integer' || type === 'number') ? String(value) : value
}
