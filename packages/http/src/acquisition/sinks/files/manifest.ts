import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { WholeFile } from '../../../persistence/index.js'
import { isRecord } from '../../records/index.js'

/** A file of records that is whole. */
export interface DeliveredFile {
  /** From the manifest's own folder on. */
  readonly path: string
  readonly records: number
  /** On disk. */
  readonly bytes: number
  readonly sha256: string
}

/** What was delivered of a stream. */
interface DeliveredFiles {
  /** Whose position this is, and how many there were. */
  readonly ledger: string
  readonly ledgers: number
  readonly position: number
  readonly files: readonly DeliveredFile[]
}

/** Files in the making: written beside their places and, when all of them are whole, put there. */
interface Pending {
  readonly isWhole: boolean
  readonly made: readonly string[]
  /** Files of which no use is left then. */
  readonly gone: readonly string[]
}

interface Content {
  readonly streams: Readonly<Record<string, DeliveredFiles>>
  readonly pending?: Pending | undefined
}

const NOTHING: Pending = { isWhole: false, made: [], gone: [] }

/**
 * The files that a sink has delivered, with their counts and sums: only what it names is delivered. It is written
 * before files are put in their places, and says what is left to do, so that a process that was killed at any
 * moment leaves what the next one finishes, or takes away.
 */
export class Manifest {
  readonly #file: string
  readonly #folder: string
  readonly #sink: string
  #content: Content

  /** Finishes what an earlier process has left. @throws Error for a file that is no manifest of the sink; WriterError. */
  constructor(file: string, sink: string) {
    this.#file = file
    this.#folder = dirname(file)
    this.#sink = sink
    this.#content = contentOf(file, sink)
    this.#finish()
  }

  stream(name: string): DeliveredFiles | undefined {
    return Object.hasOwn(this.#content.streams, name) ? this.#content.streams[name] : undefined
  }

  /** Says where a file is written before it has its place. */
  begin(file: string): string {
    const { pending = NOTHING } = this.#content
    this.#save({ ...this.#content, pending: { ...pending, made: [...pending.made, this.pathOf(file)] } })
    return partOf(file)
  }

  /** All that was begun is whole: it takes its place, with `files`, and what else the stream had before is removed. */
  commit(stream: string, delivered: DeliveredFiles): void {
    const { streams, pending = NOTHING } = this.#content
    const kept = new Set(delivered.files.map(({ path }) => path))
    const gone = (this.stream(stream)?.files ?? []).map(({ path }) => path).filter(path => !kept.has(path))
    this.#save({ streams: { ...streams, [stream]: delivered }, pending: { ...pending, isWhole: true, gone } })
    this.#finish()
  }

  pathOf(file: string): string {
    return relative(this.#folder, file)
  }

  #finish(): void {
    const { pending, ...rest } = this.#content
    if (pending === undefined) return
    for (const path of pending.made) this.#settle(join(this.#folder, path), pending.isWhole)
    if (pending.isWhole) for (const path of pending.gone) rmSync(join(this.#folder, path), { force: true })
    this.#save(rest)
  }

  #settle(file: string, isWhole: boolean): void {
    const part = partOf(file)
    if (!isWhole) rmSync(part, { force: true })
    else if (existsSync(part)) renameSync(part, file)
  }

  #save(content: Content): void {
    using file = new WholeFile(this.#file)
    const { streams, pending } = content
    file.write(
      `${JSON.stringify({ kind: 'delivered-files', version: 1, sink: this.#sink, streams, pending }, null, 2)}\n`,
    )
    this.#content = content
  }
}

function partOf(file: string): string {
  return `${file}.part`
}

function contentOf(file: string, sink: string): Content {
  if (!existsSync(file)) return { streams: {} }
  const refuse = (why: string, cause?: unknown): Error =>
    new Error(`${file} ${why}; move it away, and all is delivered again`, { cause })
  let found: unknown
  try {
    found = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw refuse('cannot be read', error)
  }
  if (!isRecord(found) || found['kind'] !== 'delivered-files' || !isRecord(found['streams']))
    throw refuse('is no list of delivered files')
  if (found['version'] !== 1 || found['sink'] !== sink)
    throw refuse(`is of version ${String(found['version'])} and the sink ${String(found['sink'])}`)
  return found as unknown as Content
}
