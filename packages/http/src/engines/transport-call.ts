import { abortReason, isAborted, onAbort } from 'async-patterns'
import type { Within } from 'async-patterns'
import { BodyBuffer } from './body-buffer.js'
import { bodyTooLarge, decodeBody, encodedLimit } from './body-decoder.js'
import { contentEncodingOf, contentLengthOf, headerRecord } from './headers.js'
import type { HeaderRecord, RawHeaders } from './headers.js'
import { InFlightCall } from './in-flight.js'
import type { InFlight } from './in-flight.js'
import type { TransportRequest, TransportResponse } from './transport.js'
import { errorCode, TransportError } from './transport-error.js'

/** For bodies that nobody wants; one that is wanted may be transferred, and then it is gone. */
const DROPPED = new Uint8Array(0)
/** So many times as much is asked for where the end alone will tell how much it is: it need not ask often. */
const GROWTH = 4
/** A body that is told to be larger is put together at its end: a server may tell anything. */
const LARGEST_AT_ONCE = 2 ** 30

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
 * One request of a transport: its promise, its place among those in flight, and its body as it comes in. The
 * subclass knows where the bytes come from. Fields are plain, not `#private`: one is made for every request.
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
  private body: BodyBuffer | undefined
  /** Bytes that the body may take without asking for more room. */
  private roomBytes: number
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
    this.body = undefined
    this.roomBytes = request.bodyRoom?.bytes ?? Infinity
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
    else if (this.bytes > this.roomBytes && this.keepsBody) this.outgrow()
    return this.keepsBody && !this.settled
  }

  /** Keeps a copy of the chunk. */
  protected keep(chunk: Uint8Array): void {
    this.body ??= new BodyBuffer()
    this.body.add(chunk, this.roomBytes)
  }

  /** The body is larger than was known: there must be room for all of it before more of it is kept. */
  private outgrow(): void {
    const told = this.encoding === '' ? contentLengthOf(this.headers) : undefined
    if (told !== undefined && told > this.maxBytes) return this.cancel(bodyTooLarge(this.maxBytes))
    if (!this.grow(told ?? this.bytes * GROWTH)) return this.cancel(noRoom())
    if (told === undefined || told > LARGEST_AT_ONCE) return
    this.body ??= new BodyBuffer()
    this.body.expect(told)
  }

  /** More than `most` is never needed. */
  private grow(wanted: number, most = this.maxBytes): boolean {
    const bytes = Math.min(wanted, most)
    if (bytes <= this.roomBytes) return true
    if (this.request.bodyRoom?.grow(bytes) !== true) return false
    this.roomBytes = bytes
    return true
  }

  /** The response is whole. */
  protected finish(statusCode: number): void {
    if (this.settled) return
    const body = this.body?.take() ?? (this.keepsBody ? new Uint8Array(0) : DROPPED)
    this.body = undefined
    if (this.encoding === '' || body.length === 0) this.succeed(statusCode, body)
    else this.decode(statusCode, body)
  }

  private decode(statusCode: number, body: Uint8Array): void {
    this.decoded(body).then(
      decoded => this.succeed(statusCode, decoded),
      error => this.cancel(error),
    )
  }

  /**
   * How large a body is that was compressed shows only when it is no more; one without room is not unpacked
   * further. There is room for all that is held meanwhile: the body, its decoded parts, and these joined.
   */
  private async decoded(body: Uint8Array): Promise<Uint8Array> {
    const most = body.length + 2 * this.maxBytes
    if (!this.grow(3 * body.length, most)) throw noRoom()
    for (;;) {
      const limit = Math.min(this.maxBytes, Math.ceil((this.roomBytes - body.length) / 2))
      try {
        return await decodeBody(body, this.encoding, limit)
      } catch (error) {
        if (limit === this.maxBytes || errorCode(error) !== 'BODY_TOO_LARGE') throw error
      }
      if (this.settled || !this.grow(this.roomBytes * GROWTH, most)) throw noRoom()
    }
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

function noRoom(): TransportError {
  return new TransportError('NO_ROOM', 'the body is larger than the room for it')
}
