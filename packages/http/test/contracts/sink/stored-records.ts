import type { RecordChange, StoredRecords } from '../../../src/acquisition/ledger/index.js'
import type { Column, InferredTypes, Mapping } from '../../../src/acquisition/records/index.js'
import { columnsOf, TYPES } from '../../../src/acquisition/records/index.js'
import type { Delivery } from '../../../src/acquisition/sinks/index.js'

type Fields = Readonly<Record<string, unknown>>

/** A ledger in memory, as sinks see it. */
export class MemoryRecords implements StoredRecords {
  ledgerId: string
  readonly #streams = new Map<string, Map<string, RecordChange>>()
  readonly #positions = new Map<string, number>()
  #position = 0

  constructor(ledgerId = 'ledger-1') {
    this.ledgerId = ledgerId
  }

  /** Writes a record, or that it is gone: for good (null), or since a moment. */
  put(stream: string, id: string, fields: Fields | null, deletedAt?: number): void {
    const records = this.#streams.get(stream) ?? new Map<string, RecordChange>()
    this.#streams.set(stream, records)
    this.#position += 1
    records.set(id, {
      position: this.#position,
      stream,
      id,
      fields,
      ...(deletedAt !== undefined && { deletedAt }),
    })
  }

  /** As they stand, by position. */
  all(stream: string): RecordChange[] {
    return [...(this.#streams.get(stream)?.values() ?? [])].toSorted((a, b) => a.position - b.position)
  }

  async *records(stream: string, after = 0): AsyncGenerator<RecordChange> {
    for (const change of this.all(stream)) if (change.position > after) yield change
  }

  async position(sink: string, stream: string): Promise<number> {
    return this.#positions.get(`${sink} ${stream}`) ?? 0
  }

  async setPosition(sink: string, stream: string, position: number): Promise<void> {
    this.#positions.set(`${sink} ${stream}`, position)
  }

  async schemas(): Promise<ReadonlyMap<string, InferredTypes>> {
    return new Map()
  }
}

/** Fields of every type that a column may have. */
export const MAPPING: Mapping = {
  id: { path: 'id', type: 'integer', required: true },
  name: { path: 'name', type: 'string', required: false },
  price: { path: 'price', type: 'money', required: false },
  weight: { path: 'weight', type: 'decimal', required: false },
  day: { path: 'day', type: 'date', format: 'date', required: false },
  at: { path: 'at', type: 'date', format: 'iso', required: false },
  ok: { path: 'ok', type: 'boolean', required: false },
  any: { path: 'any', type: 'json', required: false },
} as unknown as Mapping

/** What a source brought besides. */
export const EXTRA: InferredTypes = {
  ratio: TYPES.number,
  Name: TYPES.text,
  mixed: TYPES.text | TYPES.integer,
}

export const columns = (types: InferredTypes = {}): Column[] => columnsOf(MAPPING, types)

/** A delivery of what stands in `records` now. */
export function deliveryOf(
  records: MemoryRecords,
  {
    types = {},
    streams = ['acme.items'],
    signal = new AbortController().signal,
  }: {
    readonly types?: InferredTypes
    readonly streams?: readonly string[]
    readonly signal?: AbortSignal
  } = {},
): Delivery {
  return {
    ledgerId: records.ledgerId,
    records: (stream, after) => records.records(stream, after),
    position: (sink, stream) => records.position(sink, stream),
    setPosition: (sink, stream, position) => records.setPosition(sink, stream, position),
    at: Date.UTC(2026, 0, 1),
    signal,
    streams: streams.map(name => ({ name, source: 'acme', columns: columns(types) })),
  }
}
