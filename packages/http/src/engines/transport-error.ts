import { AsyncPatternsError } from 'async-patterns'
import type { AsyncPatternsErrorOptions } from 'async-patterns'

/**
 * What kept a response from arriving. `code` is for counting; both transports give the same one for the same
 * thing:
 *
 * - `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, `EADDRNOTAVAIL`, `EMFILE`, ...: the system's own codes;
 * - `CONNECT_TIMEOUT`: no connection within `connectTimeoutMs`;
 * - `CONNECTION_CLOSED`: the server ended the connection before the first byte of a response;
 * - `TRUNCATED`: it ended within a response;
 * - `BAD_RESPONSE`: what came is not HTTP/1.1; `HEAD_TOO_LARGE`: its head is over the limit;
 * - `NO_ROOM`: the body outgrew its `bodyRoom`;
 * - `BODY_TOO_LARGE`: the body is over `maxBodyBytes`;
 * - `BAD_ENCODING`: the body does not decode as its Content-Encoding says;
 * - `ADDRESS_REFUSED`: the host's address is none that the transport may connect to; `ORIGIN_REFUSED`: the
 *   URL lies at an origin that may not be asked; `REDIRECT_REFUSED`: a redirect wants the body elsewhere;
 * - `BAD_REQUEST`: the request cannot be sent (URL, method, header); `TOO_MANY_REDIRECTS`,
 *   `REDIRECT_LOOP`.
 */
export class TransportError extends AsyncPatternsError {
  readonly code: string
  /**
   * The connection had served another request before and ended before a byte of this response: most likely the
   * server had closed it already. The same may be sent once more, with `newConnection`.
   */
  readonly isStale: boolean

  constructor(code: string, message: string, options: TransportErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.isStale = options.isStale ?? false
  }
}

/** The message of an error with this code. */
export const HEAD_TOO_LARGE = 'the head, or one of its lines, is over the limit (maxHeadBytes)'

/** What a TransportError may say besides code and message. */
export interface TransportErrorOptions extends AsyncPatternsErrorOptions {
  /** Default false. */
  readonly isStale?: boolean
}

/** What an error is counted as: its `code`, or else its name. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN'
  const code = (error as NodeJS.ErrnoException).code
  return typeof code === 'string' ? code : error.name
}
