import type { Socket } from 'node:net'
import { epochOf } from '../request-log.js'

/** One request as the server saw it. Times are milliseconds since the epoch, with a fraction. */
export interface TimedRequest {
  /** Which of the log's connections it came over. */
  readonly connection: number
  /** When its head had been parsed. */
  readonly at: number
  /** When its answer was about to be handed to the socket; null while, or when, none was. */
  answeredAt: number | null
}

/** A connection over which a request came. */
export interface TimedConnection {
  /** When it had ended; null while it stands. */
  closedAt: number | null
}

/** What `GET /__requests` gives: the requests in the order of arrival. */
export interface HttpMockRequests {
  readonly connections: readonly TimedConnection[]
  readonly requests: readonly TimedRequest[]
}

/** A request that is not answered yet. */
interface OpenRequest {
  /** Its answer is sent now. */
  readonly answering: () => void
  /** It got none. */
  readonly notAnswered: () => void
}

/** When each request came and was answered, for those who check what a client has measured. */
export class TimingLog {
  readonly #connections: TimedConnection[] = []
  readonly #requests: TimedRequest[] = []
  readonly #numbers = new WeakMap<Socket, number>()

  arrived(socket: Socket, at: number): OpenRequest {
    const connection = this.#numbers.get(socket) ?? this.#addConnection(socket)
    const request: TimedRequest = { connection, at: epochOf(at), answeredAt: null }
    this.#requests.push(request)
    return {
      answering: () => {
        request.answeredAt = epochOf(performance.now())
      },
      notAnswered: () => {
        request.answeredAt = null
      },
    }
  }

  toJSON(): HttpMockRequests {
    return { connections: this.#connections, requests: this.#requests }
  }

  #addConnection(socket: Socket): number {
    const connection: TimedConnection = { closedAt: null }
    const number = this.#connections.push(connection) - 1
    this.#numbers.set(socket, number)
    socket.once('close', () => {
      connection.closedAt = epochOf(performance.now())
    })
    return number
  }
}
