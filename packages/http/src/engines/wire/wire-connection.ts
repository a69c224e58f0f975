import { connect } from 'node:net'
import type { LookupFunction, Socket } from 'node:net'
import type { TransportError } from '../transport-error.js'
import { connectionEnded, connectTimeout, protocolError, socketError } from './wire-errors.js'
import type { BodySink } from './response-parser.js'
import { ResponseParser } from './response-parser.js'

/** What a connection tells; one handler may serve many connections and all their requests. */
export interface WireHandler {
  /** The connection stands; requests may be sent. */
  onOpen(connection: WireConnection): void
  /**
   * The response is whole. `connection.usable` tells whether another request may be sent on it, from within
   * this call too. Headers are in `connection.head` when they are kept.
   */
  onResponse(connection: WireConnection, statusCode: number, bodyBytes: number): void
  /** The connection is lost, and with it the request that was under way, if `wasBusy`. The last call. */
  onError(connection: WireConnection, error: TransportError, wasBusy: boolean): void
}

/** Where a WireConnection goes, who hears of it, and what it keeps. */
export interface WireConnectionOptions {
  /** A name or an address, without brackets. */
  readonly host: string
  readonly port: number
  /** Hears of everything; it may serve many connections. */
  readonly handler: WireHandler
  /** Who turns the name into an address. Default: the system. */
  readonly lookup?: LookupFunction
  /** Where bodies go. Default: they are counted and dropped. */
  readonly sink?: BodySink
  /** Whether `head` is filled. Default false. */
  readonly keepHead?: boolean
  /** The largest head of a response, in bytes. Default 65,536. */
  readonly maxHeadBytes?: number
  /** The buffer that all reads of this connection use. Default 32,768. */
  readonly readBufferBytes?: number
  /** How long making the connection may take, in milliseconds. Default: as long as the system lets it. */
  readonly connectTimeoutMs?: number | undefined
}

/**
 * One HTTP/1.1 connection over plain TCP, one request at a time: the low end of the wire. Between `send` and
 * `onResponse` it makes no promise, closure, event or buffer; reads go into one buffer for the connection's
 * life.
 */
export class WireConnection {
  /** Connected, and not ended. */
  open = false
  /** A request is under way. */
  busy = false
  /** Responses so far. */
  private responses = 0
  private ended = false
  private readonly socket: Socket
  private readonly parser: ResponseParser
  private readonly handler: WireHandler

  constructor(options: WireConnectionOptions) {
    const { maxHeadBytes = 65_536 } = options
    this.handler = options.handler
    this.parser = new ResponseParser({
      keepHead: options.keepHead ?? false,
      maxHeadBytes,
      maxLineBytes: maxHeadBytes,
    })
    this.parser.sink = options.sink
    const buffer = Buffer.allocUnsafeSlow(options.readBufferBytes ?? 32_768)
    const onread = { buffer, callback: (length: number): boolean => this.read(buffer, length) }
    const { host, port, lookup } = options
    this.socket = connect({ host, port, noDelay: true, onread, ...(lookup !== undefined && { lookup }) })
    if (options.connectTimeoutMs !== undefined) this.limitConnecting(options.connectTimeoutMs)
    this.socket.on('connect', () => this.opened())
    this.socket.on('error', error => this.lose(socketError(error, this.isStale)))
    this.socket.on('end', () => this.peerEnded())
    this.socket.on('close', () => this.lose(connectionEnded(this.parser.started, this.isStale)))
  }

  get usable(): boolean {
    return this.open && !this.busy
  }

  /** The status of the response, from its head on. */
  get statusCode(): number {
    return this.parser.status
  }

  /** The head of the response as text, if it is kept. */
  get head(): string {
    return this.parser.head
  }

  /**
   * Writes a whole request, given as latin1 text: each character is a byte. Only when `usable`.
   * `noBody` for HEAD: no body will follow the head of the response.
   */
  send(request: string, noBody = false): void {
    this.busy = true
    this.parser.noBody = noBody
    this.socket.write(request, 'latin1')
  }

  /** Closes at once; the handler hears nothing more. */
  destroy(): void {
    this.open = false
    this.busy = false
    this.ended = true
    this.socket.destroy()
  }

  /** It has served before, and nothing has come of the response that is due. */
  private get isStale(): boolean {
    return this.responses > 0 && !this.parser.started
  }

  /** Nothing is read or written until it stands, so that idle time is connect time. */
  private limitConnecting(timeoutMs: number): void {
    this.socket.setTimeout(timeoutMs, () => this.lose(connectTimeout(timeoutMs)))
    this.socket.once('connect', () => this.socket.setTimeout(0))
  }

  private opened(): void {
    if (this.ended) return
    this.open = true
    this.handler.onOpen(this)
  }

  private read(buffer: Buffer, length: number): boolean {
    const { parser } = this
    for (let at = 0; at < length && !this.ended; ) {
      if (!this.busy) this.lose(protocolError('bytes that nobody asked for'))
      else {
        at = parser.execute(buffer, at, length)
        if (parser.fault !== undefined) this.lose(protocolError(parser.reason, parser.fault))
        // Bytes beyond the response cannot belong to a request that is not sent yet.
        else if (parser.complete && parser.status >= 200) return this.finish(at === length)
      }
    }
    return !this.ended
  }

  private finish(isClean: boolean): boolean {
    this.busy = false
    this.responses += 1
    const goesOn = isClean && this.parser.keepAlive && this.open
    if (!goesOn) this.destroy()
    this.handler.onResponse(this, this.parser.status, this.parser.bodyBytes)
    return !this.ended
  }

  private peerEnded(): void {
    if (this.ended) return
    const { parser } = this
    const wasStarted = parser.started
    if (this.busy && parser.finish() && parser.complete && parser.status >= 200) this.finish(false)
    else this.lose(connectionEnded(wasStarted, this.isStale))
  }

  private lose(error: TransportError): void {
    if (this.ended) return
    const wasBusy = this.busy
    this.destroy()
    this.handler.onError(this, error, wasBusy)
  }
}
