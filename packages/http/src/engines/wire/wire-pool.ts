import type { LookupFunction } from 'node:net'
import type { Clock, TimerHandle } from 'async-patterns'
import type { TransportError } from '../transport-error.js'
import { WireSlot } from './wire-slot.js'
import type { SlotOwner, WireCall } from './wire-slot.js'

export interface WirePoolOptions {
  readonly host: string
  readonly port: number
  readonly lookup?: LookupFunction
  readonly maxConnections: number
  readonly maxKeepaliveConnections: number
  readonly keepaliveExpiryMs: number
  readonly maxHeadBytes: number
  readonly connectTimeoutMs: number | undefined
  readonly clock: Clock
}

/** The connections to one origin, and the calls that wait for one, first come first served. */
export class WirePool implements SlotOwner {
  readonly #options: WirePoolOptions
  readonly #slots = new Set<WireSlot>()
  /** Connections that are being made, or that rest after a request: they will be free. */
  readonly #opening = new Set<WireSlot>()
  /** The longest idle first; the last one is used next, so that the others may expire. */
  readonly #idle: WireSlot[] = []
  #waiting: WireCall[] = []
  #nextWaiting = 0
  #expiry: TimerHandle | undefined = undefined

  constructor(options: WirePoolOptions) {
    this.#options = options
  }

  dispatch(call: WireCall): void {
    for (let slot = this.#idle.pop(); slot !== undefined; slot = this.#idle.pop()) {
      if (this.#isUsable(slot)) return slot.start(call)
      slot.abandon()
    }
    this.#waiting.push(call)
    this.#grow()
  }

  destroy(): void {
    for (const slot of this.#slots) slot.connection.destroy()
    this.#slots.clear()
    this.#opening.clear()
    this.#idle.length = 0
    this.#setExpiry()
  }

  onFree(slot: WireSlot): void {
    this.#opening.delete(slot)
    const next = this.#takeWaiting()
    if (next !== undefined) return slot.start(next)
    if (this.#idle.length >= this.#options.maxKeepaliveConnections) return slot.abandon()
    this.#setExpiryOf(slot)
    this.#idle.push(slot)
    if (this.#expiry === undefined) this.#setExpiry()
  }

  /**
   * A server may close a connection that it said to keep: two turns of the event loop later that has been seen, and no
   * request is lost with it. Who waits already does so no longer.
   */
  onDone(slot: WireSlot): void {
    const next = this.#takeWaiting()
    if (next !== undefined) return slot.start(next)
    this.#opening.add(slot)
    this.#setExpiryOf(slot)
    setImmediate(() => setImmediate(() => this.#endRest(slot)))
  }

  #endRest(slot: WireSlot): void {
    if (!this.#opening.has(slot)) return
    if (this.#isUsable(slot)) this.onFree(slot)
    else slot.abandon()
  }

  /** Not where its server is about to close it. */
  #isUsable({ keptMs, expiresAt }: WireSlot): boolean {
    return keptMs === Infinity || expiresAt > this.#options.clock.now()
  }

  #setExpiryOf(slot: WireSlot): void {
    const { clock, keepaliveExpiryMs } = this.#options
    slot.expiresAt = clock.now() + Math.min(keepaliveExpiryMs, slot.keptMs)
  }

  onGone(slot: WireSlot, error: TransportError | undefined): void {
    this.#slots.delete(slot)
    const wasOpening = this.#opening.delete(slot)
    const index = this.#idle.indexOf(slot)
    if (index >= 0) this.#idle.splice(index, 1)
    // A connection that could not be made was wanted by somebody; the others get one of their own.
    if (wasOpening && error !== undefined) this.#takeWaiting()?.cancel(error)
    this.#grow()
  }

  /** Opens a connection for each call that waits and has none on the way, as far as allowed. */
  #grow(): void {
    const wanted = this.#waiting.length - this.#nextWaiting
    while (this.#opening.size < wanted && this.#slots.size < this.#options.maxConnections) {
      const slot = new WireSlot(this.#options, this)
      this.#slots.add(slot)
      this.#opening.add(slot)
    }
  }

  #takeWaiting(): WireCall | undefined {
    while (this.#nextWaiting < this.#waiting.length) {
      const call = this.#waiting[this.#nextWaiting++]
      if (this.#nextWaiting > 1024) this.#compact()
      if (call?.settled === false) return call
    }
    this.#compact()
    return undefined
  }

  #compact(): void {
    if (this.#nextWaiting > 0) this.#waiting = this.#waiting.slice(this.#nextWaiting)
    this.#nextWaiting = 0
  }

  #setExpiry(): void {
    const { clock } = this.#options
    if (this.#expiry !== undefined) clock.clearTimer(this.#expiry)
    const [oldest] = this.#idle
    const leftMs = oldest === undefined ? 0 : oldest.expiresAt - clock.now()
    this.#expiry =
      oldest === undefined ? undefined : clock.setTimer(() => this.#expire(), Math.max(1, leftMs))
  }

  #expire(): void {
    this.#expiry = undefined
    const now = this.#options.clock.now()
    for (const slot of this.#idle.filter(({ expiresAt }) => expiresAt <= now)) slot.abandon()
    this.#setExpiry()
  }
}
