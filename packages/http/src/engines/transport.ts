import type { Within } from 'async-patterns'

/** One HTTP request. */
export interface TransportRequest {
  readonly url: string
  /** Default GET. */
  readonly method?: string
  /** Default: an Accept for anything and this library's User-Agent; one named here takes its place. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default: none. */
  readonly body?: Uint8Array | string | null
  /**
   * Bound on the body's bytes after decompression; beyond it the request fails with BODY_TOO_LARGE. Default:
   * none.
   */
  readonly maxBodyBytes?: number
  /**
   * Account of the memory that the body takes while it arrives. Default: it may take all that `maxBodyBytes`
   * allows.
   */
  readonly bodyRoom?: BodyRoom
  /**
   * The body is counted and dropped as it arrives, never decoded; `response.body` is empty. Default false.
   */
  readonly discardBody?: boolean
  /**
   * Sent over a connection that no other request uses, before or after it; `maxConnections` counts those apart.
   * Default false.
   */
  readonly newConnection?: boolean
  /**
   * Called just before the request's head is handed to a connected socket, in the same turn of the event
   * loop. It is not called for a request that never gets a connection; once more for each redirect that is
   * followed. `connectMs`: how long making its connection took, where one was made for it. Default: nobody is
   * called.
   */
  readonly onDeparture?: (connectMs?: number) => void
}

/** How much memory a body may take whose size is not known yet. */
export interface BodyRoom {
  /** Bytes that it may take without asking. */
  readonly bytes: number
  /**
   * Asks for room for so many bytes in all: its Content-Length, or several times what there is where only the
   * end will tell. False: there is none now, and the request fails with NO_ROOM.
   */
  grow(bytes: number): boolean
}

/** A response whose body has been read whole. */
export interface TransportResponse {
  readonly statusCode: number
  /** Names in lower case; repeated ones joined with ", ", those of Set-Cookie with a line feed. */
  readonly headers: Readonly<Record<string, string>>
  /** It is alone in its ArrayBuffer, which may therefore be transferred to a worker. */
  readonly body: Uint8Array
  /** The body's bytes as they arrived, before decompression. */
  readonly bytes: number
  /** The URL that answered, after redirects. */
  readonly url: string
}

/** How a transport is closed. */
export interface TransportCloseOptions {
  /** How long requests in flight may go on, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number
}

/**
 * What sends requests: undici, or our own wire. One contract suite runs over both.
 * Whoever constructs a transport closes it.
 */
export interface Transport extends AsyncDisposable {
  /**
   * Sends, and reads the whole body. It never throws synchronously. An HTTP status is never an error here;
   * what kept the response from arriving is a TransportError with a countable `code`, or core's TimeoutError.
   * An abort rejects at once with the caller's own reason and frees the connection; a `deadlineAt` alone is
   * the policies' business. After `close` it rejects with ClosedError.
   */
  send(request: TransportRequest, within?: Within): Promise<TransportResponse>
  /**
   * Requests in flight finish within `timeoutMs`, then they are cut off with ClosedError and all sockets are
   * closed.
   */
  close(options?: TransportCloseOptions): Promise<void>
}
