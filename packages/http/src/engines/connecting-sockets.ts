import type { Socket } from 'node:net'
import { buildConnector } from 'undici'
import { mergeEqualLengths } from './equal-lengths.js'
import { watchReuse } from './reused-connections.js'

/**
 * The connections that are being made. undici leaves those to their time limit when a pool is destroyed, and
 * with them the process.
 */
export class ConnectingSockets {
  /** What undici makes connections with. */
  readonly connector: buildConnector.connector
  readonly #sockets = new Set<Socket>()
  #madeInMs: number | undefined = undefined

  constructor(options: buildConnector.BuildOptions) {
    // It returns the socket, which its types do not say.
    const connect = buildConnector(options) as (...of: Parameters<buildConnector.connector>) => Socket
    this.connector = (target, callback) => {
      const startedAt = performance.now()
      const socket = connect(target, (...outcome) => {
        this.#sockets.delete(socket)
        if (outcome[0] === null) {
          watchReuse(socket)
          mergeEqualLengths(socket)
          this.#made(performance.now() - startedAt)
        }
        callback(...outcome)
      })
      this.#sockets.add(socket)
    }
  }

  /** How long it took to make a connection in this turn of the event loop, for the first that asks: whom it is for. */
  takeMadeInMs(): number | undefined {
    const tookMs = this.#madeInMs
    this.#madeInMs = undefined
    return tookMs
  }

  /** undici sends the request that waited for the connection right after it has been told. */
  #made(tookMs: number): void {
    this.#madeInMs = tookMs
    setImmediate(() => {
      this.#madeInMs = undefined
    })
  }

  destroy(reason: Error): void {
    for (const socket of this.#sockets) socket.destroy(reason)
  }
}
