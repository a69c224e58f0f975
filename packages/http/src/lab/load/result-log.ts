import { performance } from 'node:perf_hooks'
import { publicUrl } from '../../display/index.js'
import type { LoadRecord } from '../../measurements/index.js'
import { asWriterError, JsonlWriter } from '../../persistence/index.js'

/** What a generator knows of a request that has ended; times are `performance.now()`. */
export interface EndedRequest {
  /** 0: no response. */
  readonly statusCode: number
  /** Why there was none. */
  readonly code: string
  /** NaN: it was never sent. */
  readonly sentAt: number
  readonly intendedAt: number
  readonly endedAt: number
  readonly bytes: number
}

export interface ResultLogOptions {
  readonly file: string
  readonly url: string
  readonly isOpenLoop: boolean
  /** 1 in the place of each status that is no failure. */
  readonly accepted: Uint8Array
}

/**
 * Every result of a load as a line of JSON. Where the file cannot be written any more, the load goes on without
 * it.
 */
export class ResultLog {
  readonly #writer: JsonlWriter<LoadRecord>
  readonly #file: string
  readonly #url: string
  #error: string | undefined
  readonly #isOpenLoop: boolean
  readonly #accepted: Uint8Array

  /** @throws WriterError when the file cannot be opened. */
  constructor({ file, url, isOpenLoop, accepted }: ResultLogOptions) {
    this.#writer = new JsonlWriter({ file, mode: 'overwrite', batchSize: 1_000, maxQueueSize: 10_000 })
    this.#file = file
    this.#url = publicUrl(url)
    this.#isOpenLoop = isOpenLoop
    this.#accepted = accepted
  }

  /** Resolves when it is accepted. */
  async write(ended: EndedRequest): Promise<void> {
    if (this.#error === undefined) await this.#attempt(() => this.#writer.write(this.#record(ended)))
  }

  /** Resolves with why not everything was written, if so. */
  async close(): Promise<string | undefined> {
    await this.#attempt(() => this.#writer.close())
    return this.#error
  }

  /** Keeps what it fails with first. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#error ??= asWriterError(error, this.#file).message
    }
  }

  #record({ statusCode, code, sentAt, intendedAt, endedAt, bytes }: EndedRequest): LoadRecord {
    const wasSent = !Number.isNaN(sentAt)
    const failure = statusCode === 0 ? code : `HTTP_${statusCode}`
    return {
      url: this.#url,
      statusCode,
      latencyMs: wasSent ? endedAt - sentAt : 0,
      responseTimeMs: this.#isOpenLoop ? endedAt - intendedAt : null,
      timestamp: performance.timeOrigin + (wasSent ? sentAt : intendedAt),
      attempt: wasSent ? 1 : 0,
      error: this.#accepted[statusCode] === 1 ? null : { code: failure, message: failure },
      bytes,
    }
  }
}
