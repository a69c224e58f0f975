/** What a lane tells; one owner serves many. */
export interface LaneOwner {
  /** It can send: its connection stands. */
  onReady(lane: Lane): void
  /** A connection was made for it, which took so long. */
  onConnected(lane: Lane, tookMs: number, now: number): void
  /** Its response is whole; whether it can send again is in its `state`. */
  onDone(lane: Lane, statusCode: number, bytes: number): void
  /** Its connection is lost, or could not be made. `state` and `isConnecting` are still what they were then. */
  onLost(lane: Lane, code: string): void
}

/** `down`: without a connection. `ready`: it can send. `busy`: a request is under way. */
export type LaneState = 'down' | 'opening' | 'ready' | 'busy'

/** A place for one request at a time. It outlives the connections that carry its requests. */
export abstract class Lane {
  state: LaneState = 'down'
  /** When its request was sent or, while a connection is being made, when that began. */
  since = 0
  /** When its request was due. */
  intendedAt = 0
  /** Its connection stands, as far as is known: kept by its owner. */
  isConnected = false
  /** It stands in the queue of lanes without work. */
  isQueued = false

  /** Its request waits for a connection, and is not sent yet. */
  get isConnecting(): boolean {
    return false
  }

  /** Asks for a connection; `onReady` or `onLost` follows, never from within. */
  abstract open(): void
  /** Sends the request; `onDone` or `onLost` follows, never from within. Only when ready. */
  abstract send(): void
  /** Gives up what is under way, and with it a connection that can serve nothing else; nothing follows. */
  abstract cut(): void
}

/** Owns the connections of a load, and says how many requests fit on them. Disposed, it closes them all. */
export interface LaneSource extends AsyncDisposable {
  /** Connections that it holds at most. */
  readonly connections: number
  /** Requests that each of them carries at a time: 1 with HTTP/1.1. */
  readonly streams: number
  /** One lane for each request at a time: `connections` times `streams`. Each call gives the same lanes. */
  lanes(): readonly Lane[]
}
