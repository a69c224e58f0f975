import { WireConnection } from '../../engines/index.js'
import type { TransportError, WireHandler } from '../../engines/index.js'
import { Lane } from './lane.js'
import type { LaneOwner } from './lane.js'

/** What all lanes of a load have in common. */
export interface WireRequest {
  readonly host: string
  readonly port: number
  /** The whole request, as latin1. */
  readonly text: string
  readonly isHead: boolean
  readonly readBufferBytes: number
}

/** A lane over the wire. */
export class WireLane extends Lane implements WireHandler {
  readonly #request: WireRequest
  readonly #text: string
  readonly #isHead: boolean
  readonly #owner: LaneOwner
  #connection: WireConnection | undefined = undefined

  constructor(request: WireRequest, owner: LaneOwner) {
    super()
    this.#request = request
    this.#text = request.text
    this.#isHead = request.isHead
    this.#owner = owner
  }

  override open(): void {
    const { host, port, readBufferBytes } = this.#request
    this.state = 'opening'
    this.#connection = new WireConnection({ host, port, readBufferBytes, handler: this })
  }

  override send(): void {
    this.state = 'busy'
    this.#connection?.send(this.#text, this.#isHead)
  }

  override cut(): void {
    this.state = 'down'
    this.#connection?.destroy()
    this.#connection = undefined
  }

  onOpen(): void {
    this.state = 'ready'
    this.#owner.onReady(this)
  }

  onResponse(connection: WireConnection, statusCode: number, bodyBytes: number): void {
    this.state = connection.usable ? 'ready' : 'down'
    this.#owner.onDone(this, statusCode, bodyBytes)
  }

  onError(_: WireConnection, error: TransportError): void {
    this.#connection = undefined
    this.#owner.onLost(this, error.code)
  }
}
