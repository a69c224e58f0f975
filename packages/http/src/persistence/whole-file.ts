import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { makeFolderOf } from './make-folder.js'
import { NEW_FILE, temporaryBeside } from './private-file.js'
import { asWriterError } from './writer-error.js'

/**
 * A file that is there whole or not at all, for its owner only: it is written beside its place, and put there
 * when it has reached the disk. Whether that can be is found out when it is opened, before anybody has worked for what it is to hold.
 * Dispose it in any case.
 */
export class WholeFile implements Disposable {
  readonly #file: string
  readonly #place: string
  /** Undefined where there is nothing to replace: a pipe or a device is written to as it is. */
  readonly #temporary: string | undefined

  /**
   * Its folder is made. What it held stays until `write`.
   * @throws WriterError when it cannot be written.
   */
  constructor(file: string) {
    this.#file = file
    ;[this.#place, this.#temporary] = this.#explained(() => prepare(file))
  }

  /** @throws WriterError; the file is then as it was. */
  write(text: string): void {
    this.#explained(() => {
      if (this.#temporary === undefined) {
        writeFileSync(this.#place, text)
        return
      }
      writeFileSync(this.#temporary, text, { ...NEW_FILE, flush: true })
      renameSync(this.#temporary, this.#place)
      flushFolder(dirname(this.#place))
    })
  }

  [Symbol.dispose](): void {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { force: true })
  }

  #explained<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw asWriterError(error, this.#file)
    }
  }
}

/** Then the new name outlives a power cut too. Windows cannot open a folder, and needs not. */
function flushFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function prepare(file: string): [place: string, temporary: string | undefined] {
  makeFolderOf(file)
  const known = statSync(file, { throwIfNoEntry: false })
  if (known !== undefined && !known.isFile() && !known.isDirectory()) return [file, undefined]
  // Not the link, but what it points to, is replaced.
  const place = known === undefined ? file : realpathSync(file)
  // A file that is there must be one that may be written; a folder throws here.
  if (known !== undefined) closeSync(openSync(place, 'r+'))
  const temporary = temporaryBeside(place)
  closeSync(openSync(temporary, NEW_FILE.flags, NEW_FILE.mode))
  // Only tried: a process that is killed leaves nothing behind.
  rmSync(temporary)
  return [place, temporary]
}
