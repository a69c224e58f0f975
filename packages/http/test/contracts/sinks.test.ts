import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import Sqlite from 'better-sqlite3'
import type { Column } from '../../src/acquisition/records/index.js'
import type { SinkConfig } from '../../src/acquisition/sinks/index.js'
import { sinkKindOf } from '../../src/acquisition/sinks/index.js'
import type { MessageFormat } from '../../src/acquisition/sinks/stdout/message-format.js'
import { ndjson } from '../../src/acquisition/sinks/stdout/ndjson.js'
import { singer } from '../../src/acquisition/sinks/stdout/singer.js'
import { StdoutSink } from '../../src/acquisition/sinks/stdout/stdout-sink.js'
import type { FoundRow } from './sink-contract.js'
import { describeSink, told } from './sink-contract.js'

const made = (config: Partial<SinkConfig>) => (folder: string) =>
  sinkKindOf(config.type as SinkConfig['type']).create(
    {
      name: 'mine',
      deliver: 'end',
      compress: 'none',
      maxSize: '1MiB',
      table: '{stream}',
      ...config,
    } as never,
    folder,
  )

interface Manifest {
  readonly streams: Readonly<Record<string, { readonly files: readonly { readonly path: string }[] }>>
  readonly pending?: unknown
}

/** Texts of the files that the manifest names, and of no other. */
function textsIn(folder: string, stream: string): string[] {
  const manifest = join(folder, 'mine.manifest.json')
  if (!existsSync(manifest)) return []
  const { streams, pending } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest
  if (pending !== undefined) throw new Error('something is pending still')
  const paths = streams[stream]?.files.map(({ path }) => path) ?? []
  const there = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path =>
    /\.(?:jsonl|csv)/.test(path),
  )
  if (there.toSorted().join(' ') !== paths.toSorted().join(' '))
    throw new Error(`other files: ${there.join(' ')}`)
  return paths.map(path => {
    const bytes = readFileSync(join(folder, path))
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  })
}

type Row = Readonly<Record<string, unknown>>

function rowOf(row: Row, columns: readonly Column[], valueOf: (column: Column) => unknown): FoundRow {
  const values = columns.map(column => [column.name, told(valueOf(column), column.type)])
  return {
    id: row['_record_id'] as string,
    isGone: Boolean(row['_deleted'] ?? row['_deleted_at'] ?? row['_sdc_deleted_at']),
    values: Object.fromEntries(values.filter(([, value]) => value !== null)),
  }
}

const fromJsonl = async (folder: string, stream: string, columns: readonly Column[]) =>
  textsIn(join(folder, 'jsonl'), stream)
    .flatMap(text => text.split('\n').slice(0, -1))
    .map(line => JSON.parse(line) as Row)
    .map(row => rowOf(row, columns, ({ read }) => read(row)))

const fromCsv = async (folder: string, stream: string, columns: readonly Column[]) =>
  textsIn(join(folder, 'csv'), stream)
    .flatMap(csvRows)
    .map(row => rowOf(row, columns, ({ name, type }) => parsed(row[name], type)))

/** By RFC 4180; what is empty and not in quotes is null. */
function csvRows(text: string): Row[] {
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  const lines: (string | null)[][] = [[]]
  for (const [, quoted, plain = '', end] of text.matchAll(cells)) {
    lines.at(-1)?.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'))
    if (end === '\r\n') lines.push([])
  }
  const [head = [], ...rows] = lines.slice(0, -1)
  return rows.map(row => Object.fromEntries(head.map((name, index) => [name, row[index]])))
}

function parsed(value: unknown, type: Column['type']): unknown {
  if (value === null || value === undefined) return null
  if (type === 'json') return JSON.parse(value as string)
  return type === 'boolean' ? value === 'true' || value === 1n : value
}

const fromSqlite = async (folder: string, stream: string, columns: readonly Column[]) => {
  using database = opened(join(folder, 'records.db'))
  const rows = database.sqlite
    .prepare<[], Row>(`select * from "${stream.replaceAll('.', '_')}"`)
    .safeIntegers()
    .all()
  return rows.map(row => rowOf(row, columns, ({ name, type }) => parsed(row[name], type)))
}

function opened(file: string): { readonly sqlite: Sqlite.Database } & Disposable {
  const sqlite = new Sqlite(file)
  return { sqlite, [Symbol.dispose]: () => void sqlite.close() }
}

const OUTPUT = 'stdout.txt'

const stdout = (format: MessageFormat) => (folder: string) =>
  new StdoutSink(
    'mine',
    format,
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        mkdirSync(folder, { recursive: true })
        appendFileSync(join(folder, OUTPUT), chunk)
        done()
      },
    }),
  )

function linesIn(folder: string): Row[] {
  const file = join(folder, OUTPUT)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map(line => JSON.parse(line) as Row)
}

const fromNdjson = async (folder: string, stream: string, columns: readonly Column[]) =>
  linesIn(folder)
    .filter(row => row['_stream'] === stream)
    .map(row => rowOf(row, columns, ({ read }) => read(row)))

const fromSinger = async (folder: string, stream: string, columns: readonly Column[]) =>
  linesIn(folder)
    .filter(message => message['type'] === 'RECORD' && message['stream'] === stream)
    .map(({ record }) => rowOf(record as Row, columns, ({ name }) => (record as Row)[name]))

describeSink('jsonl, append', {
  keeps: 'log',
  make: made({ type: 'jsonl', mode: 'append' }),
  read: fromJsonl,
})
describeSink('jsonl, append, gzip, in small files', {
  keeps: 'log',
  make: made({ type: 'jsonl', mode: 'append', compress: 'gzip', maxSize: '1B' }),
  read: fromJsonl,
})
describeSink('jsonl, replace', {
  keeps: 'state',
  make: made({ type: 'jsonl', mode: 'replace' }),
  read: fromJsonl,
})
describeSink('csv, append', { keeps: 'log', make: made({ type: 'csv', mode: 'append' }), read: fromCsv })
describeSink('csv, replace', { keeps: 'state', make: made({ type: 'csv', mode: 'replace' }), read: fromCsv })
describeSink('sqlite, upsert', {
  keeps: 'state',
  make: made({ type: 'sqlite', mode: 'upsert' }),
  read: fromSqlite,
})
describeSink('sqlite, replace', {
  keeps: 'state',
  make: made({ type: 'sqlite', mode: 'replace' }),
  read: fromSqlite,
})
describeSink('sqlite, append', {
  keeps: 'log',
  make: made({ type: 'sqlite', mode: 'append' }),
  read: fromSqlite,
})
describeSink('stdout, ndjson', { keeps: 'log', make: stdout(ndjson), read: fromNdjson })
describeSink('stdout, singer', { keeps: 'log', make: stdout(singer), read: fromSinger })
