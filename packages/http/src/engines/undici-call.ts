import { isAborted, abortReason, onAbort, type Within } from 'async-patterns'
import type { Dispatcher } from 'undici'
import { bodyTooLarge, decodeBody, encodedLimit, ownBytes } from './body-decoder.js'
import { type InFlight, InFlightCall } from './in-flight.js'
import type { TransportRequest, TransportResponse } from './transport.js'
import { isLengthMismatch, type Progress, translateUndiciError } from './undici-errors.js'

const EMPTY = new Uint8Array(0)
const CONTENT_ENCODING = 'content-encoding'

/** Headers are put together when somebody reads them; a load test reads none. */
class UndiciResponse implements TransportResponse {
  readonly statusCode: number
  readonly body: Uint8Array
  readonly bytes: number
  readonly url: string
  #raw: readonly Buffer[]
  #headers: Record<string, string> | undefined

  constructor(statusCode: number, raw: readonly Buffer[], body: Uint8Array, bytes: number, url: string) {
    this.statusCode = statusCode
    this.body = body
    this.bytes = bytes
    this.url = url
    this.#raw = raw
    this.#headers = undefined
  }

  get headers(): Readonly<Record<string, string>> {
    if (this.#headers === undefined) {
      this.#headers = headerRecord(this.#raw)
      this.#raw = []
    }
    return this.#headers
  }
}

/**
 * One request on its way through undici: its dispatch handler, its promise and its place among those in flight.
 * It uses undici's raw handler methods: the newer ones parse every header of every response.
 */
export class UndiciCall extends InFlightCall implements Dispatcher.DispatchHandler {
  readonly #request: TransportRequest
  readonly #inFlight: InFlight
  readonly #resolve: (response: TransportResponse) => void
  readonly #reject: (error: unknown) => void
  readonly #maxBytes: number
  #unsubscribe: (() => void) | undefined = undefined
  #abort: ((error?: Error) => void) | undefined = undefined
  #settled = false
  #progress: Progress = 'nothing'
  #statusCode = 0
  #headers: Buffer[] = []
  #chunks: Buffer[] | undefined = undefined
  #bytes = 0
  #encoded = false

  constructor(
    request: TransportRequest,
    inFlight: InFlight,
    resolve: (response: TransportResponse) => void,
    reject: (error: unknown) => void,
  ) {
    super()
    this.#request = request
    this.#inFlight = inFlight
    this.#resolve = resolve
    this.#reject = reject
    this.#maxBytes = request.maxBodyBytes ?? Infinity
    inFlight.add(this)
  }

  /** False when the caller has given up already. */
  begin(within: Within | undefined): boolean {
    if (within === undefined) return true
    if (isAborted(within)) {
      this.cancel(abortReason(within))
      return false
    }
    this.#unsubscribe = onAbort(within, () => this.cancel(abortReason(within)))
    return true
  }

  override cancel(error: unknown): void {
    if (this.#settled) return
    this.#settle()
    this.#reject(error)
    this.#abort?.()
  }

  /** undici calls it with a connected socket in hand, in the statement before it builds and writes the head. */
  onConnect(abort: (error?: Error) => void): void {
    // Thrown, it makes undici drop the request but keep the connection; abort() would destroy that.
    if (this.#settled) throw new Error('given up while it waited for a connection')
    this.#abort = abort
    this.#request.onDeparture?.()
  }

  onResponseStarted(): void {
    this.#progress = 'head'
  }

  onHeaders(statusCode: number, headers: Buffer[]): boolean {
    if (statusCode < 200) return true
    this.#progress = 'body'
    this.#statusCode = statusCode
    this.#headers = headers
    if (this.#request.discardBody !== true) this.#encoded = contentEncoding(headers) !== ''
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#bytes += chunk.length
    if (this.#bytes > this.#limit()) this.cancel(bodyTooLarge(this.#maxBytes))
    else if (this.#request.discardBody !== true) {
      if (this.#chunks === undefined) this.#chunks = [chunk]
      else this.#chunks.push(chunk)
    }
    return true
  }

  onComplete(): void {
    if (this.#settled) return
    const body = this.#body()
    if (this.#encoded && body.length > 0) this.#decode(body)
    else this.#finish(body)
  }

  onUpgrade(): void {
    this.cancel(translateUndiciError(new Error('an upgrade that nobody asked for'), this.#progress))
  }

  onError(error: Error): void {
    if (this.#settled) return
    if (this.#statusCode === 304 && isLengthMismatch(error)) this.#finish(EMPTY)
    else this.cancel(translateUndiciError(error, this.#progress))
  }

  #limit(): number {
    return this.#encoded ? encodedLimit(this.#maxBytes) : this.#maxBytes
  }

  #body(): Uint8Array {
    if (this.#chunks === undefined) return EMPTY
    const [only] = this.#chunks
    return this.#chunks.length === 1 && only !== undefined
      ? ownBytes(only)
      : joined(this.#chunks, this.#bytes)
  }

  #decode(body: Uint8Array): void {
    // The connection is free already; a late abort only drops the result.
    this.#abort = undefined
    decodeBody(body, contentEncoding(this.#headers), this.#maxBytes).then(
      decoded => this.#finish(decoded),
      error => this.cancel(error),
    )
  }

  #finish(body: Uint8Array): void {
    if (this.#settled) return
    this.#settle()
    this.#resolve(new UndiciResponse(this.#statusCode, this.#headers, body, this.#bytes, this.#request.url))
  }

  #settle(): void {
    this.#settled = true
    this.#unsubscribe?.()
    this.#inFlight.remove(this)
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function contentEncoding(raw: readonly Buffer[]): string {
  let found = ''
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]
    if (
      name?.length !== CONTENT_ENCODING.length ||
      name.toString('latin1').toLowerCase() !== CONTENT_ENCODING
    )
      continue
    const value = raw[i + 1]?.toString('latin1') ?? ''
    found = found === '' ? value : `${found}, ${value}`
  }
  return found
}

function headerRecord(raw: readonly Buffer[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]?.toString('latin1').toLowerCase() ?? ''
    const value = raw[i + 1]?.toString('latin1') ?? ''
    const known = headers[name]
    headers[name] = known === undefined ? value : `${known}, ${value}`
  }
  return headers
}
