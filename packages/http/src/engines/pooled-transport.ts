import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { checkOptions, ClosedError, checkCount, checkDuration, checkOneOf, systemClock } from 'async-patterns'
import type { Clock, Within } from 'async-patterns'
import { checkConnections, connectionDefaults } from './connection-options.js'
import type { ConnectionOptions } from './connection-options.js'
import { InFlight } from './in-flight.js'
import { REACHES } from './reach.js'
import type { Reach } from './reach.js'
import { TargetCache } from './target.js'
import type { Target } from './target.js'
import type { Transport, TransportCloseOptions, TransportRequest, TransportResponse } from './transport.js'

/** The options that every transport takes. */
export interface PooledTransportOptions extends ConnectionOptions {
  /** The largest head of a response, in bytes. Default 65,536. */
  readonly maxHeadBytes?: number
  /**
   * Which addresses the hosts of URLs may have: `named` (what the URL names itself), `private` or `any`.
   * Default `named`.
   */
  readonly reach?: Reach
  /** Who turns a host's name into addresses, anew for each connection. Default: the system. */
  readonly lookup?: LookupFunction
  /** Default: the runtime's. */
  readonly clock?: Clock
}

export const transportDefaults: Readonly<Required<PooledTransportOptions>> = Object.freeze({
  ...connectionDefaults,
  maxHeadBytes: 65_536,
  reach: 'named',
  lookup: systemLookup,
  clock: systemClock,
})

/** The connections to one origin; `destroy` cuts them all. */
interface OriginPool {
  destroy(): void | Promise<void>
}

/** What all transports have in common: a pool for each origin, what is in flight, and how they are closed. */
export abstract class PooledTransport<P extends OriginPool> implements Transport {
  protected readonly inFlight: InFlight
  readonly #name: string
  readonly #pools = new Map<string, P>()
  readonly #targets = new TargetCache()
  #closed: Promise<void> | undefined = undefined

  /** @throws RangeError, TypeError for a bad option, as one of `name`'s. */
  protected constructor(name: string, options: Required<PooledTransportOptions>) {
    checkConnections(name, options)
    checkCount(`${name}.maxHeadBytes`, options.maxHeadBytes)
    checkOneOf(`${name}.reach`, options.reach, REACHES)
    this.#name = name
    this.inFlight = new InFlight(options.clock, options.timeoutMs)
  }

  abstract send(request: TransportRequest, within?: Within): Promise<TransportResponse>

  async close(options?: TransportCloseOptions): Promise<void> {
    checkOptions(`${this.#name}.close`, options, ['timeoutMs'])
    const timeoutMs = options?.timeoutMs ?? 5_000
    // Before anything is closed: a wrong option must not keep a later close from its work.
    checkDuration(`${this.#name}.close.timeoutMs`, timeoutMs)
    this.#closed ??= this.#close(timeoutMs)
    await this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @throws TransportError BAD_REQUEST for an origin that this transport cannot speak to. */
  protected abstract openPool(target: Target): P

  /**
   * Where a request to the URL goes.
   * @throws ClosedError after `close`, TransportError BAD_REQUEST for a bad URL.
   */
  protected targetOf(url: string): Target {
    if (this.#closed !== undefined) throw new ClosedError('the transport is closed')
    return this.#targets.get(url)
  }

  /**
   * The pool of the target's origin, opened for its first request. Requests that want a new connection have a
   * pool of their own, in which every connection ends with its request.
   */
  protected poolOf(target: Target, { newConnection }: TransportRequest): P {
    const key = newConnection === true ? `new ${target.origin}` : target.origin
    const known = this.#pools.get(key)
    if (known !== undefined) return known
    const opened = this.openPool(target)
    this.#pools.set(key, opened)
    return opened
  }

  async #close(timeoutMs: number): Promise<void> {
    const cutOff = new ClosedError('the transport was closed before the response was whole')
    await this.inFlight.drain(timeoutMs, cutOff)
    await Promise.all(Array.from(this.#pools.values(), async pool => pool.destroy()))
    this.#pools.clear()
  }
}
