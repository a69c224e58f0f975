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

  constructor(options: buildConnector.BuildOptions) {
    // It returns the socket, which its types do not say.
    const connect = buildConnector(options) as (...of: Parameters<buildConnector.connector>) => Socket
    this.connector = (target, callback) => {
      const socket = connect(target, (...outcome) => {
        this.#sockets.delete(socket)
        if (outcome[0] === null) {
          watchReuse(socket)
          mergeEqualLengths(socket)
        }
        callback(...outcome)
      })
      this.#sockets.add(socket)
    }
  }

  destroy(reason: Error): void {
    for (const socket of this.#sockets) socket.destroy(reason)
  }
}
