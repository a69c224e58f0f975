import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { BufferedWriter } from './buffered-writer.js'
import type { BatchStore } from './buffered-writer.js'
import { makeFolderOf } from './make-folder.js'
import { keepPrivate, OWNER_ONLY } from './private-file.js'
import type { RecordWriterOptions, WriteMode } from './record-writer.js'
import { sameFile } from './same-file.js'
import type { StoredResult } from './stored-result.js'
import { takenAway, WriterError } from './writer-error.js'

const NEWLINE = 0x0a
const BRACE = 0x7b
/** A torn line is shorter than this: nothing that these writers write comes near. */
const LONGEST_LINE = 16 * 1024 * 1024
const CHUNK = 64 * 1024

/**
 * One record a line, as JSON (https://jsonlines.org). A line that a killed process left unfinished is healed
 * when the file is next opened to append. What is written outlives the process; a power cut may take what the
 * operating system had not yet put on the disk.
 */
export class JsonlWriter<T extends object = StoredResult> extends BufferedWriter<T> {
  /** @throws TypeError, RangeError that name the option; WriterError when the file cannot be opened. */
  constructor(options: RecordWriterOptions) {
    super('JsonlWriter', options, mode => new JsonlFile<T>(options.file, mode))
  }
}

/** A file of JSON lines that is whole after each batch: what a batch has half-written is taken back. */
class JsonlFile<T extends object> implements BatchStore<T> {
  readonly #file: string
  readonly #descriptor: number
  readonly #isThere: () => boolean
  /**
   * Up to where all lines are whole; NaN for what is no regular file and has no length (a pipe, a device).
   */
  #size: number

  constructor(file: string, mode: WriteMode) {
    makeFolderOf(file)
    this.#file = file
    this.#descriptor = openSync(file, 'a+', OWNER_ONLY)
    this.#isThere = sameFile(file)
    try {
      this.#size = this.#begin(file, mode)
    } catch (error) {
      closeSync(this.#descriptor)
      throw error
    }
  }

  /**
   * Synchronous on purpose: handing a batch to the page cache takes some 20 us, less than the way through the
   * thread pool, and while it is under way no further records gather that a crash would take.
   */
  store(records: readonly T[]): void {
    const bytes = Buffer.from(records.map(record => `${JSON.stringify(record)}\n`).join(''))
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done)
    } catch (error) {
      this.#takeBack()
      throw error
    }
    this.#size += bytes.length
  }

  close(): void {
    closeSync(this.#descriptor)
    if (!Number.isNaN(this.#size) && !this.#isThere()) throw takenAway(this.#file)
  }

  #begin(file: string, mode: WriteMode): number {
    const stat = fstatSync(this.#descriptor)
    if (!stat.isFile()) return Number.NaN
    if (mode === 'append') return heal(this.#descriptor, stat.size, file)
    keepPrivate(this.#descriptor)
    ftruncateSync(this.#descriptor)
    return 0
  }

  #takeBack(): void {
    if (!Number.isNaN(this.#size)) ftruncateSync(this.#descriptor, this.#size)
  }
}

/** Ends a last line that lacks only its newline, takes out one that is torn, and returns the file's size. */
function heal(descriptor: number, size: number, file: string): number {
  const tail = readTail(descriptor, size)
  if (tail.length === 0) return size
  if (isWhole(tail)) return size + writeSync(descriptor, '\n')
  // What did not begin as a record is not ours to cut.
  if (tail[0] !== BRACE || tail.length >= LONGEST_LINE)
    throw new WriterError('it does not end in a line of JSON: not appended to', file)
  ftruncateSync(descriptor, size - tail.length)
  return size - tail.length
}

/** What follows the last newline. */
function readTail(descriptor: number, size: number): Buffer {
  const chunks: Buffer[] = []
  for (let at = size; at > 0 && size - at < LONGEST_LINE; ) {
    const chunk = Buffer.alloc(Math.min(CHUNK, at))
    at -= chunk.length
    readSync(descriptor, chunk, 0, chunk.length, at)
    const newline = chunk.lastIndexOf(NEWLINE)
    chunks.unshift(chunk.subarray(newline + 1))
    if (newline >= 0) break
  }
  return Buffer.concat(chunks)
}

function isWhole(line: Buffer): boolean {
  try {
    return line[0] === BRACE && JSON.parse(line.toString()) !== undefined
  } catch {
    return false
  }
}
