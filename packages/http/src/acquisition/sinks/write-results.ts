import { createWriteStream } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { makeFolderOf, storageAdvice } from '../../persistence/index.js'
import type { Ledger, Run } from '../ledger/ledger.js'
import { LedgerError } from '../ledger/ledger-errors.js'
import type { Summary } from '../summary/summary.js'

/** Where a run's results lie. */
export interface ResultPaths {
  /** The database: all products, also those of earlier runs. */
  readonly ledger: string
  readonly summary: string
  readonly rejected: string
}

/** The paths of the results in an output folder. */
export function resultPaths(output: string): ResultPaths {
  return {
    ledger: join(output, 'acquire.db'),
    summary: join(output, 'summary.json'),
    rejected: join(output, 'rejected.jsonl'),
  }
}

/**
 * Renders summary and reject file from the ledger. Each is there whole or not at all: the old one stays until then.
 * @throws LedgerError (rejects) when they cannot be written.
 */
export async function writeResults(ledger: Ledger, run: Run, paths: ResultPaths): Promise<Summary> {
  const summary = await ledger.summary(run)
  await replaceFile(paths.summary, temporary => writeFile(temporary, `${JSON.stringify(summary, null, 2)}\n`))
  await replaceFile(paths.rejected, temporary =>
    pipeline(Readable.from(rejectedLines(ledger, run)), createWriteStream(temporary)),
  )
  return summary
}

/**
 * Writes a file beside `path` and puts it in its place when it is whole. Its name is always the same, so that what a
 * killed process left is written over.
 */
async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    makeFolderOf(path)
    await write(temporary)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    const advice = storageAdvice(error)
    throw advice === undefined ? error : new LedgerError(`${path}: ${advice}`, path, error)
  }
}

/** `raw` is given as JSON where it is JSON, so that the file can be read without parsing twice. */
async function* rejectedLines(ledger: Ledger, run: Run): AsyncGenerator<string> {
  for await (const { raw, ...row } of ledger.rejected(run)) {
    yield `${JSON.stringify(row).slice(0, -1)},"raw":${isJson(raw) ? raw : JSON.stringify(raw)}}\n`
  }
}

function isJson(text: string): boolean {
  if (text.includes('\n')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
