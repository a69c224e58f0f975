import type { InFlight } from '../in-flight.js'
import type { TransportRequest, TransportResponse } from '../transport.js'
import { TransportCall } from '../transport-call.js'
import type { TransportError } from '../transport-error.js'
import type { BodySink } from './response-parser.js'
import { WireConnection } from './wire-connection.js'
import type { WireConnectionOptions, WireHandler } from './wire-connection.js'

/** A request of the wire transport: its text, and the slot that serves it once there is one. */
export class WireCall extends TransportCall {
  readonly text: string
  slot: WireSlot | undefined = undefined

  constructor(
    request: TransportRequest,
    text: string,
    inFlight: InFlight,
    resolve: (response: TransportResponse) => void,
    reject: (error: unknown) => void,
  ) {
    super(request, inFlight, resolve, reject)
    this.text = text
  }

  /** The head is there; a part of the body may follow at once. */
  begun(head: string): void {
    this.takeHeaders(head)
  }

  received(buffer: Buffer, start: number, end: number): void {
    if (this.count(end - start)) this.keep(buffer.subarray(start, end))
  }

  ended(statusCode: number): void {
    this.slot = undefined
    this.finish(statusCode)
  }

  protected override release(): void {
    this.slot?.abandon()
    this.slot = undefined
  }
}

/** What a slot tells its pool. */
export interface SlotOwner {
  /** It is connected, and takes a request. */
  onFree(slot: WireSlot): void
  /** It has done its request, and takes another, unless its server thinks otherwise. */
  onDone(slot: WireSlot): void
  /** It is gone; `error` when it never served a request, for somebody waits for it. */
  onGone(slot: WireSlot, error: TransportError | undefined): void
}

/** A connection of a pool, and the call that it serves. */
export class WireSlot implements WireHandler, BodySink {
  readonly connection: WireConnection
  /** When it is closed if nobody needs it, on the clock of its pool. */
  expiresAt = 0
  /** How long the server keeps it idle, where the last response told (`Keep-Alive: timeout=5`). */
  keptMs = Infinity
  readonly #madeAt = performance.now()
  /** How long its connection took to make, until its first request. */
  #connectMs: number | undefined = undefined
  readonly #owner: SlotOwner
  #call: WireCall | undefined = undefined
  #headTaken = false
  #hasServed = false

  constructor(
    options: Pick<WireConnectionOptions, 'host' | 'port' | 'lookup' | 'maxHeadBytes' | 'connectTimeoutMs'>,
    owner: SlotOwner,
  ) {
    this.#owner = owner
    this.connection = new WireConnection({ ...options, handler: this, sink: this, keepHead: true })
  }

  start(call: WireCall): void {
    this.#call = call
    this.#headTaken = false
    call.slot = this
    try {
      call.request.onDeparture?.(this.#takeConnectMs())
    } catch (error) {
      call.cancel(error)
    }
    // Its owner may have given it up just now.
    if (this.#call === call) this.connection.send(call.text, call.request.method === 'HEAD')
  }

  /** The call was given up in mid-response: nothing else can be read from this connection. */
  abandon(): void {
    this.#call = undefined
    this.connection.destroy()
    this.#owner.onGone(this, undefined)
  }

  onOpen(): void {
    this.#connectMs = performance.now() - this.#madeAt
    this.#owner.onFree(this)
  }

  onBody(buffer: Buffer, start: number, end: number): void {
    const call = this.#call
    if (call === undefined) return
    this.#takeHead(call)
    call.received(buffer, start, end)
  }

  onResponse(connection: WireConnection, statusCode: number): void {
    const call = this.#call
    this.#call = undefined
    this.#hasServed = true
    if (call !== undefined) {
      this.#takeHead(call)
      call.ended(statusCode)
    }
    if (connection.usable && call?.request.newConnection !== true) this.#owner.onDone(this)
    else this.abandon()
  }

  onError(_: WireConnection, error: TransportError): void {
    const call = this.#call
    this.#call = undefined
    this.#owner.onGone(this, call === undefined && !this.#hasServed ? error : undefined)
    if (call !== undefined) call.slot = undefined
    call?.cancel(error)
  }

  #takeConnectMs(): number | undefined {
    const connectMs = this.#connectMs
    this.#connectMs = undefined
    return connectMs
  }

  #takeHead(call: WireCall): void {
    if (this.#headTaken) return
    this.#headTaken = true
    const { head } = this.connection
    this.keptMs = keepAliveHint(head)
    call.begun(head)
  }
}

/** A server closes the connection at its own time: what departs shortly before would meet a closed one. */
const HINT_MARGIN_MS = 2_000

function keepAliveHint(head: string): number {
  const [, seconds] = /\nkeep-alive:[^\r\n]*\btimeout=(\d{1,9})/i.exec(head) ?? []
  return seconds === undefined ? Infinity : Math.max(0, Number(seconds) * 1_000 - HINT_MARGIN_MS)
}
