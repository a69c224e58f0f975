/** What a lane tells; one owner serves many. */
export interface LaneOwner {
  /** It can send: its connection stands. */
  onReady(lane: Lane): void
  /** Its response is whole; whether it can send again is in its `state`. */
  onDone(lane: Lane, statusCode: number, bytes: number): void
  /** Its connection is lost, or could not be made. `state` is still what it was then. */
  onLost(lane: Lane, code: string): void
}

/** `down`: without a connection. `ready`: it can send. `busy`: a request is under way. */
export type LaneState = 'down' | 'opening' | 'ready' | 'busy'

/** A connection's place in a load: it carries one request at a time, and lives longer than its connections. */
export abstract class Lane {
  state: LaneState = 'down'
  /** When its request was sent or, while it is opening, when that began. */
  since = 0
  /** When its request was due. */
  intendedAt = 0
  /** It stands in the line of lanes without work. */
  inLine = false

  /** Makes a connection; `onReady` or `onLost` follows, never from within. */
  abstract open(): void
  /** Sends the request; `onDone` or `onLost` follows, never from within. Only when ready. */
  abstract send(): void
  /** Gives up what is under way, and the connection; nothing follows. */
  abstract cut(): void
}
