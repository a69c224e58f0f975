import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { printable } from '../../../display/index.js'
import {
  makeFolderOf,
  NEW_FILE,
  removeTemporaries,
  storageAdvice,
  temporaryBeside,
} from '../../../persistence/index.js'
import { LedgerError } from '../../ledger/index.js'

/**
 * Writes texts of JSON to a file beside `path`, for its owner only, and puts it in its place when it is whole;
 * the old one stays until then. What a killed process left is removed.
 * @throws LedgerError (rejects) when it cannot be written.
 */
export async function replaceFile(
  path: string,
  texts: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  const temporary = temporaryBeside(path)
  try {
    makeFolderOf(path)
    removeTemporaries(path)
    await pipeline(Readable.from(printed(texts)), createWriteStream(temporary, NEW_FILE))
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    const advice = storageAdvice(error)
    throw advice === undefined ? error : new LedgerError(`${path}: ${advice}`, path, error)
  }
}

/** Such a file is looked at on terminals too. */
async function* printed(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) yield printable(text)
}
