import type { StreamRows } from './rows-of-stream.js'

/** A record that a perfect run has. */
export interface TrueRecord {
  /** What it is stored under; null where its content or its place says so. */
  readonly id: string | null
  /** Its mapped fields, as they are stored. */
  readonly fields: Readonly<Record<string, unknown>>
  /** As a page has it. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** What a perfect run holds, by stream. */
export interface Truth {
  readonly streams: Readonly<
    Record<string, { readonly count: number; readonly records: readonly TrueRecord[] }>
  >
}

export function truthOf(all: ReadonlyMap<string, StreamRows>): Truth {
  return {
    streams: Object.fromEntries(
      Array.from(all, ([name, rows]) => {
        const records = rows.taken.map(({ id, fields, raw }) => ({ id: id ?? null, fields, raw }))
        return [name, { count: records.length, records }] as const
      }),
    ),
  }
}
