import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'
import type { StoredResult } from '../../src/persistence/index.js'

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3

/** Every line of the file; throws for one that is no JSON, and for a last one that is not ended. */
export function readJsonl(file: string): StoredResult[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  if (lines.pop() !== '') throw new Error(`${file} does not end in a newline`)
  return lines.map(line => JSON.parse(line) as StoredResult)
}

/**
 * Every row of `request_results`, in the order in which they were inserted, with the database's own check of
 * itself.
 */
export function readTable(file: string): StoredResult[] {
  const database = new Sqlite(file, { readonly: true })
  try {
    const check = database.pragma('integrity_check', { simple: true })
    if (check !== 'ok') throw new Error(`${file}: ${String(check)}`)
    return database.prepare<[], Row>('select * from request_results order by id').all().map(resultOf)
  } finally {
    database.close()
  }
}

interface Row {
  readonly engine: string | null
  readonly url: string
  readonly status_code: number
  readonly latency_ms: number
  readonly timestamp: number
  readonly attempt: number
  readonly error_code: string | null
  readonly error_message: string | null
  readonly bytes: number
}

function resultOf(row: Row): StoredResult {
  const { engine, url, status_code: statusCode, latency_ms: latencyMs, timestamp, attempt, bytes } = row
  const error = row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' }
  return { ...(engine !== null && { engine }), url, statusCode, latencyMs, timestamp, attempt, error, bytes }
}
