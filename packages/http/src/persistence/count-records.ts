import { createReadStream } from 'node:fs'
import { sqliteDriver } from './sqlite-driver.js'

const NEWLINE = 0x0a

/**
 * How many whole lines a file of JSON lines has, read from the file itself. Rejects as the file system does.
 */
export async function countJsonlRecords(file: string): Promise<number> {
  let count = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count += 1
  }
  return count
}

/**
 * How many rows the table `request_results` of a database has.
 * @throws MissingPackageError, or as SQLite does.
 */
export function countSqliteRecords(file: string): number {
  const Sqlite = sqliteDriver('Counting results in SQLite')
  const database = new Sqlite(file, { fileMustExist: true })
  try {
    return database.prepare<[], number>('select count(*) from request_results').pluck().get() ?? 0
  } finally {
    database.close()
  }
}
