import { statSync } from 'node:fs'
import { withDefaults } from 'async-patterns'
import { publicUrl } from '../display/index.js'
import type { WrittenFile } from '../measurements/index.js'
import {
  asWriterError,
  countJsonlRecords,
  countSqliteRecords,
  JsonlWriter,
  SqliteWriter,
} from '../persistence/index.js'
import type { RecordWriter, RecordWriterOptions, StoredResult } from '../persistence/index.js'

/** Where results go, and how they are buffered on the way. Files that are there are overwritten. */
export interface ResultFilesOptions extends Omit<RecordWriterOptions, 'file' | 'mode' | 'clock'> {
  /** JSON lines. Default: none. */
  readonly jsonlOut?: string
  /** A SQLite database, table `request_results`. Default: none. */
  readonly sqliteOut?: string
}

/** Their names, for whoever takes them among others. */
export const FILE_OPTIONS = {
  batchSize: true,
  flushIntervalMs: true,
  maxQueueSize: true,
  jsonlOut: true,
  sqliteOut: true,
} satisfies Record<keyof ResultFilesOptions, true>

interface ResultFile {
  readonly file: string
  readonly kind: WrittenFile['kind']
  readonly writer: RecordWriter<StoredResult>
  readonly count: (file: string) => number | Promise<number>
  /** What it failed with; nothing is written to it any more. */
  error?: string
}

/**
 * The files that a benchmark writes its results to: none, one or two. One that cannot be written any more
 * costs no measurement: the others go on, and `close` tells.
 */
export class ResultFiles implements AsyncDisposable {
  readonly #files: readonly ResultFile[]
  /** Results of one and the same URL follow one another. */
  #url: readonly [whole: string, shown: string] = ['', '']

  /** @throws WriterError, MissingPackageError; RangeError that names the option. */
  constructor({ jsonlOut, sqliteOut, batchSize, flushIntervalMs, maxQueueSize }: ResultFilesOptions) {
    const given = withDefaults({}, { batchSize, flushIntervalMs, maxQueueSize })
    const buffering = given as Omit<RecordWriterOptions, 'file'>
    const options = (file: string): RecordWriterOptions => ({ ...buffering, file, mode: 'overwrite' })
    const files: ResultFile[] = []
    if (jsonlOut !== undefined) {
      const writer = new JsonlWriter(options(jsonlOut))
      files.push({ file: jsonlOut, kind: 'jsonl', writer, count: countJsonlRecords })
    }
    if (sqliteOut !== undefined) {
      const writer = new SqliteWriter(options(sqliteOut))
      files.push({ file: sqliteOut, kind: 'sqlite', writer, count: countSqliteRecords })
    }
    this.#files = files
  }

  /** Waits for room in every file's queue: the source is slowed down rather than a result dropped. */
  async write(result: StoredResult): Promise<void> {
    if (result.url !== this.#url[0]) this.#url = [result.url, publicUrl(result.url)]
    const stored = { ...result, url: this.#url[1] }
    for (const file of this.#files) {
      if (file.error === undefined) await attempt(file, () => file.writer.write(stored))
    }
  }

  /** Results that wait to be written. */
  get queued(): number {
    return this.#files.reduce((sum, { writer }) => sum + writer.metrics().queued, 0)
  }

  /** Closes the files, then counts what is in them. */
  async close(): Promise<WrittenFile[]> {
    const written: WrittenFile[] = []
    for (const result of this.#files) {
      const { file, kind, writer } = result
      await attempt(result, () => writer.close())
      const records = (await attempt(result, () => recordsIn(result))) ?? 0
      const { error } = result
      written.push({ file, kind, writer: writer.metrics(), records, ...(error !== undefined && { error }) })
    }
    return written
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#files.map(file => attempt(file, () => file.writer.close())))
  }
}

/** Keeps what it fails with first. */
async function attempt<T>(file: ResultFile, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    file.error ??= asWriterError(error, file.file).message
    return undefined
  }
}

/** A pipe or a device gives nothing back; somebody may have taken the file away. */
async function recordsIn({ file, writer, count }: ResultFile): Promise<number> {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return 0
  return found.isFile() ? await count(file) : writer.metrics().written
}
