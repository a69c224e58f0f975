import { rename, rm } from 'node:fs/promises'
import { makeFolderOf, storageAdvice } from '../../persistence/index.js'
import { LedgerError } from '../ledger/index.js'

/**
 * Writes a file beside `path` and puts it in its place when it is whole; the old one stays until then. Its
 * name is always the same, so that what a killed process left is written over.
 * @throws LedgerError (rejects) when it cannot be written.
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
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
