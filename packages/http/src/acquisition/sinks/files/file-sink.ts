import { createHash } from 'node:crypto'
import { createWriteStream, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { makeFolderOf, NEW_FILE } from '../../../persistence/index.js'
import type { RecordChange } from '../../ledger/index.js'
import { changesInPortions, hasMore } from '../changes-in-portions.js'
import type { PlaceTemplate } from '../place-template.js'
import { placeTemplate } from '../place-template.js'
import { isGone } from '../sink.js'
import type { DeliveredStream, Delivery, Sink, StreamDelivered } from '../sink.js'
import type { CompressionName } from './compressions.js'
import { compressionOf } from './compressions.js'
import type { FileFormat } from './file-format.js'
import type { DeliveredFile } from './manifest.js'
import { Manifest } from './manifest.js'

export interface FileSinkParts {
  readonly name: string
  readonly format: FileFormat
  readonly mode: 'append' | 'replace'
  readonly compress: CompressionName
  readonly template: string
  readonly maxBytes: number
}

/** How much was written of a stream. */
interface Tally {
  records: number
  deleted: number
  position: number
}

/** What files of a stream are written with. */
interface Writing {
  readonly manifest: Manifest
  readonly tally: Tally
  /** Of positions, so that no file takes the place of another ledger's. */
  readonly suffix: string
}

/**
 * Writes records to files: each is written as `NAME.part` and takes its place when all of a stream's files are whole
 * and on disk. `NAME.manifest.json` says which there are, with counts and SHA-256.
 */
export class FileSink implements Sink {
  readonly name: string
  readonly #parts: FileSinkParts
  readonly #place: PlaceTemplate

  constructor(parts: FileSinkParts) {
    this.name = parts.name
    this.#parts = parts
    this.#place = placeTemplate(parts.template, 'position')
  }

  async deliver(delivery: Delivery): Promise<readonly StreamDelivered[]> {
    const manifest = new Manifest(this.#manifestFile(), this.name)
    const delivered = []
    for (const stream of delivery.streams) {
      delivery.signal.throwIfAborted()
      delivered.push(await this.#deliverStream(stream, delivery, manifest))
    }
    return delivered
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Beside the files, above all that depends on the stream. */
  #manifestFile(): string {
    const fixed = this.#place.start
    const folder = fixed.endsWith('/') ? fixed.slice(0, -1) : dirname(fixed)
    return `${folder === '' ? '' : `${folder}/`}${this.name}.manifest.json`
  }

  async #deliverStream(
    stream: DeliveredStream,
    delivery: Delivery,
    manifest: Manifest,
  ): Promise<StreamDelivered> {
    const { ledgerId } = delivery
    const known = manifest.stream(stream.name)
    const before = known?.ledger === ledgerId ? known : undefined
    const ledgers = (known?.ledgers ?? 0) + (before === undefined ? 1 : 0)
    const tally: Tally = { records: 0, deleted: 0, position: before?.position ?? 0 }
    const report = (): StreamDelivered => ({ stream: stream.name, ...tally })
    const isAppending = this.#parts.mode === 'append'
    if (before !== undefined && !(await hasMore(delivery, stream.name, before.position))) return report()
    const changes = changesInPortions(delivery, stream.name, isAppending ? tally.position : 0)
    const made = await this.#write(stream, changes, {
      manifest,
      tally,
      suffix: isAppending ? suffixOf(ledgers) : '',
    })
    const files = isAppending ? [...(known?.files ?? []), ...made] : made
    manifest.commit(stream.name, { ledger: ledgerId, ledgers, position: tally.position, files })
    return report()
  }

  /** One file after the other, each up to its size. */
  async #write(
    stream: DeliveredStream,
    changes: AsyncGenerator<readonly RecordChange[], void>,
    { manifest, tally, suffix }: Writing,
  ): Promise<DeliveredFile[]> {
    const { maxBytes, mode } = this.#parts
    const limit = this.#place.has('position') ? maxBytes : Infinity
    const files: DeliveredFile[] = []
    let portion = await changes.next()
    // A stream that has no records has an empty file, where files stand for all that there is.
    while (portion.done !== true || (files.length === 0 && mode === 'replace')) {
      const position = `${String(portion.value?.[0]?.position ?? 0).padStart(12, '0')}${suffix}`
      const file = this.#place.of(stream, { position })
      const before = tally.records + tally.deleted
      const texts = async function* (this: FileSink): AsyncGenerator<string> {
        const { format } = this.#parts
        let size = 0
        const counted = (text: string): string => {
          size += Buffer.byteLength(text)
          return text
        }
        yield counted(format.head(stream.columns))
        while (portion.done !== true && size < limit) {
          yield counted(this.#text(portion.value, stream, tally))
          portion = await changes.next()
        }
      }
      const written = await this.#writeFile(manifest.begin(file), texts.call(this))
      files.push({ path: manifest.pathOf(file), records: tally.records + tally.deleted - before, ...written })
    }
    return files
  }

  /** What is gone has no place among all that there is. */
  #text(portion: readonly RecordChange[], { columns }: DeliveredStream, tally: Tally): string {
    const { format, mode } = this.#parts
    let text = ''
    for (const change of portion) {
      tally.position = change.position
      if (mode === 'replace' && change.fields === null) continue
      if (isGone(change)) tally.deleted += 1
      else tally.records += 1
      text += format.line(change, columns)
    }
    return text
  }

  async #writeFile(
    file: string,
    texts: AsyncGenerator<string>,
  ): Promise<Pick<DeliveredFile, 'bytes' | 'sha256'>> {
    const hash = createHash('sha256')
    let bytes = 0
    const summed = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        hash.update(chunk)
        bytes += chunk.length
        yield chunk
      }
    }
    makeFolderOf(file)
    rmSync(file, { force: true })
    const pack = compressionOf(this.#parts.compress).create?.() ?? new PassThrough()
    await pipeline(texts, pack, summed, createWriteStream(file, { ...NEW_FILE, flush: true }))
    return { bytes, sha256: hash.digest('hex') }
  }
}

function suffixOf(ledgers: number): string {
  return ledgers === 1 ? '' : `-${ledgers}`
}
