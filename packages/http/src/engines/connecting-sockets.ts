import type { Socket } from 'node:net'
import { buildConnector } from 'undici'
import { mergeEqualLengths } from './equal-lengths.js'
import type { Proxy } from './proxy.js'
import { openTunnel, proxyError } from './proxy.js'
import { watchReuse } from './reused-connections.js'

interface Destroyable {
  destroy(error?: Error): unknown
}

type Connect = (...of: Parameters<buildConnector.connector>) => Socket

/** How connections are made. */
export interface ConnectingOptions {
  readonly timeoutMs: number
  /** To the servers that requests are for. */
  readonly direct: buildConnector.BuildOptions
  readonly proxy: Proxy | undefined
  /** Instead of the name in the URL, for https. */
  readonly servername: string | undefined
}

/**
 * The connections that are being made. undici leaves those to their time limit when a pool is destroyed, and
 * with them the process.
 */
export class ConnectingSockets {
  readonly #options: ConnectingOptions
  readonly #direct: Connect
  readonly #toProxy: Connect
  readonly #open = new Set<Destroyable>()
  #madeInMs: number | undefined = undefined

  constructor(options: ConnectingOptions) {
    const { direct, timeoutMs: timeout } = options
    this.#options = options
    // They return the socket, which their types do not say.
    this.#direct = buildConnector({ ...direct, timeout }) as Connect
    this.#toProxy = buildConnector({ timeout }) as Connect
  }

  /** What undici makes connections to servers with: for https through a tunnel where there is a proxy. */
  readonly connector: buildConnector.connector = (target, callback) => {
    const { proxy, timeoutMs, servername = target.servername } = this.#options
    const named = servername === undefined ? target : { ...target, servername }
    if (proxy === undefined) return this.#connect(this.#direct, named, callback)
    const tunnel = openTunnel(proxy, target, timeoutMs, (error, httpSocket) => {
      this.#open.delete(tunnel)
      if (httpSocket === undefined) callback(error ?? new Error('no tunnel'), null)
      else this.#connect(this.#direct, { ...named, httpSocket }, callback)
    })
    this.#open.add(tunnel)
  }

  /** What undici makes connections to the proxy with. */
  readonly proxyConnector: buildConnector.connector = (target, callback) => {
    this.#connect(this.#toProxy, target, (error, socket) => {
      const { proxy } = this.#options
      if (error === null) callback(null, socket)
      else callback(proxy === undefined ? error : proxyError(proxy, error), null)
    })
  }

  /** How long it took to make a connection in this turn of the event loop, for the first that asks: whom it is for. */
  takeMadeInMs(): number | undefined {
    const tookMs = this.#madeInMs
    this.#madeInMs = undefined
    return tookMs
  }

  destroy(reason: Error): void {
    for (const socket of this.#open) socket.destroy(reason)
  }

  /** undici sends the request that waited for the connection right after it has been told. */
  #made(tookMs: number): void {
    this.#madeInMs = tookMs
    setImmediate(() => {
      this.#madeInMs = undefined
    })
  }

  #connect(connect: Connect, target: buildConnector.Options, callback: buildConnector.Callback): void {
    const startedAt = performance.now()
    const socket = connect(target, (...outcome) => {
      this.#open.delete(socket)
      if (outcome[0] === null) {
        watchReuse(socket)
        mergeEqualLengths(socket)
        this.#made(performance.now() - startedAt)
      }
      callback(...outcome)
    })
    this.#open.add(socket)
  }
}
