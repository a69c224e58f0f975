import { errorCode } from '../../engines/index.js'
import type { Transport, TransportRequest } from '../../engines/index.js'
import { Lane } from './lane.js'
import type { LaneOwner, LaneSource } from './lane.js'

/**
 * Lanes over a transport that holds at most so many connections, and makes them when it needs them: for
 * https.
 */
export class TransportLanes implements LaneSource {
  readonly connections: number
  readonly streams = 1
  readonly #transport: Transport
  readonly #lanes: readonly TransportLane[]

  /** The transport is closed with it. */
  constructor(transport: Transport, request: TransportRequest, connections: number, owner: LaneOwner) {
    this.connections = connections
    this.#transport = transport
    this.#lanes = Array.from({ length: connections }, () => new TransportLane(transport, request, owner))
  }

  lanes(): readonly Lane[] {
    return this.#lanes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.#lanes) lane.cut()
    await this.#transport.close({ timeoutMs: 0 })
  }
}

/** A place among the requests of a transport. */
class TransportLane extends Lane {
  readonly #transport: Transport
  readonly #request: TransportRequest
  readonly #owner: LaneOwner
  #abort: AbortController | undefined = undefined
  #hasDeparted = false

  constructor(transport: Transport, request: TransportRequest, owner: LaneOwner) {
    super()
    this.#transport = transport
    this.#request = { ...request, onDeparture: connectMs => this.#departed(connectMs) }
    this.#owner = owner
  }

  override get isConnecting(): boolean {
    return !this.#hasDeparted
  }

  override open(): void {
    this.state = 'opening'
    queueMicrotask(() => {
      if (this.state !== 'opening') return
      this.state = 'ready'
      this.#owner.onReady(this)
    })
  }

  override send(): void {
    this.state = 'busy'
    this.#hasDeparted = false
    void this.#exchange(new AbortController())
  }

  override cut(): void {
    this.state = 'down'
    const abort = this.#abort
    this.#abort = undefined
    abort?.abort()
  }

  /** It was sent only now where a connection had to be made first: that is no service time. */
  #departed(connectMs: number | undefined): void {
    this.#hasDeparted = true
    if (connectMs === undefined) return
    const now = performance.now()
    this.#owner.onConnected(this, connectMs, now)
    this.since = now
  }

  /** What ends after `cut` is not told. */
  async #exchange(abort: AbortController): Promise<void> {
    this.#abort = abort
    try {
      const { statusCode, bytes } = await this.#transport.send(this.#request, { signal: abort.signal })
      if (this.#abort !== abort) return
      this.state = 'ready'
      this.#owner.onDone(this, statusCode, bytes)
    } catch (error) {
      if (this.#abort === abort) this.#owner.onLost(this, errorCode(error))
    }
  }
}
