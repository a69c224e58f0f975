import Database from 'better-sqlite3'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { Summary } from '../../src/measurements/index.js'
import type { ApiMock, ApiMockOptions, Truth } from '../../src/mock/index.js'
import { startApiMock } from '../../src/mock/index.js'
import { acquired, QUICK, withLimits } from './acquire-rig.js'

/** A mock of what a pipeline file declares. */
export function mockOf(
  yaml: string,
  options: Omit<ApiMockOptions, 'config'> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<ApiMock> {
  const { config } = parseConfig(yaml, 'mocked.yaml', { environment })
  return startApiMock({ behaviour: { latency: 0 }, config, ...options })
}

/** Acquires the mock's pipeline from it. */
export async function acquiredFrom(mock: ApiMock, output: string, fresh = false): Promise<Summary> {
  const config = { ...mock.pipeline, output, workers: 1 }
  return (await acquired(withLimits(config, QUICK), { fresh })).summary
}

/** The records in a ledger, by stream: their ids, and what is stored under them. */
export function storedIn(output: string): Map<string, Map<string, Record<string, unknown>>> {
  const database = new Database(`${output}/acquire.db`, { readonly: true })
  try {
    const rows = database
      .prepare<[], { stream: string; id: string; fields: string }>(
        'select stream, id, fields from records where deleted_at is null',
      )
      .all()
    const streams = new Map<string, Map<string, Record<string, unknown>>>()
    for (const { stream, id, fields } of rows) {
      const records = streams.get(stream) ?? new Map<string, Record<string, unknown>>()
      streams.set(stream, records.set(id, JSON.parse(fields) as Record<string, unknown>))
    }
    return streams
  } finally {
    database.close()
  }
}

/** What a ledger lacks of the truth, has beside it, or has otherwise. */
export function differences({ streams }: Truth, output: string): string[] {
  const stored = storedIn(output)
  return Object.entries(streams).flatMap(([name, { count, records }]) => {
    const own = stored.get(name) ?? new Map<string, Record<string, unknown>>()
    if (records.every(({ id }) => id === null))
      return own.size === count ? [] : [`${name}: ${own.size} records; the truth has ${count}`]
    const ids = new Set(records.map(({ id }) => id))
    const missing = records
      .filter(({ id }) => !own.has(id ?? ''))
      .map(({ id }) => `${name}: ${id} is missing`)
    const extra = [...own.keys()]
      .filter(id => !ids.has(id))
      .map(id => `${name}: ${id} is no record of the truth`)
    const other = records.flatMap(({ id, fields }) => {
      const found = own.get(id ?? '')
      return found === undefined
        ? []
        : Object.entries(fields)
            .filter(([field, value]) => !isSame(value, found[field]))
            .map(([field, value]) => `${name}: ${id}.${field} is ${shown(found[field])}, not ${shown(value)}`)
    })
    return [...missing, ...extra, ...other]
  })
}

function isSame(expected: unknown, found: unknown): boolean {
  if (isMoney(expected) && isMoney(found))
    return expected.currency === found.currency && Number(expected.amount) === Number(found.amount)
  return shown(expected) === shown(found)
}

function isMoney(value: unknown): value is { readonly amount: string; readonly currency: string } {
  return typeof value === 'object' && value !== null && 'currency' in value
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}
