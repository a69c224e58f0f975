import { WireConnection } from '../../engines/index.js'
import type { TransportError, WireHandler } from '../../engines/index.js'
import { Lane } from './lane.js'
import type { LaneOwner, LaneSource } from './lane.js'

/** What all lanes of a load have in common. */
export interface WireRequest {
  readonly host: string
  readonly port: number
  /** The whole request, as latin1. */
  readonly text: string
  readonly isHead: boolean
}

/** All read buffers together; the single ones are between 4 and 32 KiB. */
const BUFFER_BYTES = 64 * 2 ** 20

/** Connections over plain TCP, one request at a time on each. */
export class WireLanes implements LaneSource {
  readonly connections: number
  readonly streams = 1
  readonly #lanes: readonly WireLane[]

  constructor(request: WireRequest, connections: number, owner: LaneOwner) {
    this.connections = connections
    const share = Math.floor(BUFFER_BYTES / connections)
    const readBufferBytes = Math.min(32_768, Math.max(4_096, share))
    this.#lanes = Array.from({ length: connections }, () => new WireLane(request, readBufferBytes, owner))
  }

  lanes(): readonly Lane[] {
    return this.#lanes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.#lanes) lane.cut()
  }
}

/** A lane with a connection of its own. */
class WireLane extends Lane implements WireHandler {
  readonly #request: WireRequest
  readonly #text: string
  readonly #isHead: boolean
  readonly #readBufferBytes: number
  readonly #owner: LaneOwner
  #connection: WireConnection | undefined = undefined

  constructor(request: WireRequest, readBufferBytes: number, owner: LaneOwner) {
    super()
    this.#request = request
    this.#text = request.text
    this.#isHead = request.isHead
    this.#readBufferBytes = readBufferBytes
    this.#owner = owner
  }

  override open(): void {
    const { host, port } = this.#request
    this.state = 'opening'
    this.#connection = new WireConnection({
      host,
      port,
      readBufferBytes: this.#readBufferBytes,
      handler: this,
    })
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
    const now = performance.now()
    this.state = 'ready'
    this.#owner.onConnected(this, now - this.since, now)
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
