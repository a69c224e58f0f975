import { abortReason, isAborted, onAbort, type Within } from 'async-patterns'
import { bodyTooLarge, decodeBody, encodedLimit } from './body-decoder.js'
import { contentEncodingOf, type HeaderRecord, headerRecord, type RawHeaders } from './headers.js'
import { type InFlight, InFlightCall } from './in-flight.js'
import type { TransportRequest, TransportResponse } from './transport.js'

const EMPTY = new Uint8Array(0)

/** Headers are put together when somebody reads them; a load test reads none. */
class ReceivedResponse implements TransportResponse {
  readonly statusCode: number
  readonly body: Uint8Array
  readonly bytes: number
  readonly url: string
  private raw: RawHeaders
  private record: HeaderRecord | undefined

  constructor(statusCode: number, headers: RawHeaders, body: Uint8Array, bytes: number, url: string) {
    this.statusCode = statusCode
    this.body = body
    this.bytes = bytes
    this.url = url
    this.raw = headers
    this.record = undefined
  }

  get headers(): Readonly<HeaderRecord> {
    this.record ??= headerRecord(this.raw)
    this.raw = ''
    return this.record
  }
}

/**
 * One request of a transport: its promise, its place among those in flight, and its body as it comes in.
 * The subclass knows where the bytes come from. Fields are plain, not `#private`: one is made for every request.
 */
export abstract class TransportCall extends InFlightCall {
  readonly request: TransportRequest
  /** No more may happen to it. */
  settled: boolean
  private readonly inFlight: InFlight
  private readonly resolve: (response: TransportResponse) => void
  private readonly reject: (error: unknown) => void
  private readonly keepsBody: boolean
  private readonly maxBytes: number
  private unsubscribe: (() => void) | undefined
  private headers: RawHeaders
  private chunks: Uint8Array[] | undefined
  private bytes: number
  private encoding: string

  constructor(
    request: TransportRequest,
    inFlight: InFlight,
    resolve: (response: TransportResponse) => void,
    reject: (error: unknown) => void,
  ) {
    super()
    this.request = request
    this.inFlight = inFlight
    this.resolve = resolve
    this.reject = reject
    this.keepsBody = request.discardBody !== true
    this.maxBytes = request.maxBodyBytes ?? Infinity
    this.settled = false
    this.unsubscribe = undefined
    this.headers = ''
    this.chunks = undefined
    this.bytes = 0
    this.encoding = ''
    inFlight.add(this)
  }

  /** Listens to the caller; false when it has given up already. */
  begin(within: Within | undefined): boolean {
    if (within === undefined) return true
    if (isAborted(within)) {
      this.cancel(abortReason(within))
      return false
    }
    this.unsubscribe = onAbort(within, () => this.cancel(abortReason(within)))
    return true
  }

  override cancel(error: unknown): void {
    if (this.settled) return
    this.settle()
    this.reject(error)
    this.release()
  }

  /** The call was given up: its connection, if it has one, is of no use any more. */
  protected abstract release(): void

  protected takeHeaders(headers: RawHeaders): void {
    this.headers = headers
    if (this.keepsBody) this.encoding = contentEncodingOf(headers)
  }

  /** Counts bytes of the body. True when they are to be kept, with `keep`; over the limit the call fails. */
  protected count(length: number): boolean {
    this.bytes += length
    const limit = this.encoding === '' ? this.maxBytes : encodedLimit(this.maxBytes)
    if (this.bytes > limit) this.cancel(bodyTooLarge(this.maxBytes))
    return this.keepsBody && !this.settled
  }

  /** Keeps a chunk that nobody else will write to. */
  protected keep(chunk: Uint8Array): void {
    if (this.chunks === undefined) this.chunks = [chunk]
    else this.chunks.push(chunk)
  }

  /** The response is whole. */
  protected finish(statusCode: number): void {
    if (this.settled) return
    const body = this.chunks === undefined ? EMPTY : joined(this.chunks)
    this.chunks = undefined
    if (this.encoding === '' || body.length === 0) this.succeed(statusCode, body)
    else this.decode(statusCode, body)
  }

  private decode(statusCode: number, body: Uint8Array): void {
    decodeBody(body, this.encoding, this.maxBytes).then(
      decoded => this.succeed(statusCode, decoded),
      error => this.cancel(error),
    )
  }

  private succeed(statusCode: number, body: Uint8Array): void {
    if (this.settled) return
    this.settle()
    this.resolve(new ReceivedResponse(statusCode, this.headers, body, this.bytes, this.request.url))
  }

  private settle(): void {
    this.settled = true
    this.unsubscribe?.()
    this.inFlight.remove(this)
  }
}

/** All chunks as one, alone in its buffer. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
