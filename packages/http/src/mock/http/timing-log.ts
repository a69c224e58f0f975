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

/** One connection as the server saw it. */
export interface TimedConnection {
  /** When it was opened; its first request, for one that was there before the log. */
  readonly openedAt: number
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

  opened(socket: Socket, at = performance.now()): void {
    const connection: TimedConnection = { openedAt: epochOf(at), closedAt: null }
    this.#numbers.set(socket, this.#connections.push(connection) - 1)
    socket.once('close', () => {
      connection.closedAt = epochOf(performance.now())
    })
  }

  arrived(socket: Socket, at: number): OpenRequest {
    if (!this.#numbers.has(socket)) this.opened(socket, at)
    const connection = this.#numbers.get(socket) as number
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
}
