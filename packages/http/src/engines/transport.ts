import type { Within } from 'async-patterns'

/** One HTTP request. */
export interface TransportRequest {
  readonly url: string
  /** Default GET. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | null
  /** Bound on the body's bytes after decompression; beyond it the response fails with BodyTooLargeError. Default none. */
  readonly maxBodyBytes?: number
  /** Called at the moment at which the request's head is written to the socket. */
  readonly onDeparture?: () => void
}

/** A response whose body has been read whole. */
export interface TransportResponse {
  readonly statusCode: number
  /** Names in lower case; repeated ones joined with ", ". */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The URL that answered, after redirects. */
  readonly url: string
}

/** What sends requests: undici, or our own wire. One contract suite runs over both. */
export interface Transport extends AsyncDisposable {
  /**
   * Sends and reads the whole body. An HTTP status is never an error here; a TransportError with a
   * countable `code` is. An abort rejects with the caller's own reason and frees the connection.
   */
  send(request: TransportRequest, within?: Within): Promise<TransportResponse>
  /** In-flight requests finish within `timeoutMs`, then they are cut off. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>
}
