import {
  ClosedError,
  checkCount,
  checkDuration,
  checkOneOf,
  ProducerConsumerPipeline,
  systemClock,
  withDefaults,
  checkOptions,
} from 'async-patterns'
import type { Within } from 'async-patterns'
import type { RecordWriter, RecordWriterMetrics, RecordWriterOptions, WriteMode } from './record-writer.js'
import { asWriterError } from './writer-error.js'
import type { WriterError } from './writer-error.js'

/** Where a writer's batches go. */
export interface BatchStore<T> {
  /** All of the batch is stored, or it throws and none of it is. Called again only when it has returned. */
  store(records: readonly T[]): void | Promise<void>
  close(): void | Promise<void>
}

const MODES: readonly WriteMode[] = ['append', 'overwrite']

const DEFAULTS = Object.freeze({
  mode: 'append',
  batchSize: 100,
  flushIntervalMs: 5000,
  maxQueueSize: 1000,
  clock: systemClock,
})

const DONE = Promise.resolve()

/**
 * What all writers have in common: a ProducerConsumerPipeline of one worker between `write` and a BatchStore.
 * The first batch that cannot be stored fails the writer for good: records that follow would leave a gap
 * behind them.
 */
export class BufferedWriter<T> implements RecordWriter<T> {
  readonly file: string
  readonly #pipeline: ProducerConsumerPipeline<T>
  readonly #store: BatchStore<T>
  #failure: WriterError | undefined
  #told = false
  #abandoned: Promise<void> | undefined
  #closed: Promise<void> | undefined
  #accepted = 0
  #lost = 0
  #batches = 0
  #waits = 0

  /**
   * @param open opens the storage, when the options have been found right.
   * @throws TypeError or RangeError that names the option; WriterError when the storage cannot be opened.
   */
  protected constructor(
    owner: string,
    options: RecordWriterOptions,
    open: (mode: WriteMode) => BatchStore<T>,
  ) {
    if (options === undefined) throw new TypeError(`${owner}.options is undefined; allowed is an object`)
    checkOptions(owner, options, ['file', ...Object.keys(DEFAULTS)])
    const { file, mode, batchSize, flushIntervalMs, maxQueueSize, clock } = withDefaults(DEFAULTS, options)
    if (typeof file !== 'string' || file === '')
      throw new TypeError(`${owner}.file is not the path of a file`)
    checkOneOf(`${owner}.mode`, mode, MODES)
    checkCount(`${owner}.batchSize`, batchSize)
    checkDuration(`${owner}.flushIntervalMs`, flushIntervalMs)
    checkCount(`${owner}.maxQueueSize`, maxQueueSize)
    this.file = file
    this.#store = this.#explained(() => open(mode))
    this.#pipeline = new ProducerConsumerPipeline({
      onBatch: records => this.#write(records),
      onError: (error, records) => this.#fail(error, records.length),
      workers: 1,
      batchSize,
      batchWaitMs: flushIntervalMs,
      maxQueueSize,
      clock,
    })
    this.#pipeline.start()
  }

  write(record: T, within?: Within): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#tell(this.#failure))
    if (!this.#pipeline.tryPut(record)) return this.#waitForRoom(record, within)
    this.#accepted += 1
    return DONE
  }

  metrics(): RecordWriterMetrics {
    const { queued, handled: written } = this.#pipeline.metrics()
    const [accepted, lost, batches, waits] = [this.#accepted, this.#lost, this.#batches, this.#waits]
    return { accepted, written, queued, lost, batches, waits }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /**
   * As `close`, but a failure that `write` or `close` has told already is not told again: it would hide the
   * first.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const known = this.#told
    try {
      await this.close()
    } catch (error) {
      if (!known) throw error
    }
  }

  async #waitForRoom(record: T, within: Within | undefined): Promise<void> {
    this.#waits += 1
    try {
      await this.#pipeline.put(record, within)
      this.#accepted += 1
    } catch (error) {
      throw error instanceof ClosedError && this.#failure !== undefined ? this.#tell(this.#failure) : error
    }
  }

  async #write(records: readonly T[]): Promise<void> {
    await this.#store.store(records)
    this.#batches += 1
  }

  /** What waits is given up, so that nobody goes on waiting for room that will not come. */
  #fail(error: unknown, lost: number): void {
    this.#failure = asWriterError(error, this.file)
    this.#lost += lost
    this.#abandoned = this.#abandon()
  }

  async #abandon(): Promise<void> {
    const waiting = await this.#pipeline.stop({ drain: false })
    this.#lost += waiting.length
  }

  async #close(): Promise<void> {
    await this.#pipeline.stop()
    await this.#abandoned
    try {
      await this.#store.close()
    } catch (error) {
      this.#failure ??= asWriterError(error, this.file)
    }
    if (this.#failure !== undefined) throw this.#tell(this.#failure)
  }

  #tell(failure: WriterError): WriterError {
    this.#told = true
    return failure
  }

  #explained<R>(work: () => R): R {
    try {
      return work()
    } catch (error) {
      if (isFromSystem(error)) throw asWriterError(error, this.file)
      throw error
    }
  }
}

/** Errors of the system and of SQLite carry a code; a missing package says enough by itself. */
function isFromSystem(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && code !== 'MISSING_PACKAGE'
}
