import type { Dispatcher } from 'undici'
import { withAdvice } from './certificate-advice.js'
import type { ConnectingSockets } from './connecting-sockets.js'
import type { InFlight } from './in-flight.js'
import { endedReused } from './reused-connections.js'
import type { TransportRequest, TransportResponse } from './transport.js'
import { TransportCall } from './transport-call.js'
import { errorCode, HEAD_TOO_LARGE, TransportError } from './transport-error.js'

/** What undici calls it, and what it is called here. */
const codes: Readonly<Record<string, string>> = {
  // A status below 100.
  ERR_ASSERTION: 'BAD_RESPONSE',
  UND_ERR_CONNECT_TIMEOUT: 'CONNECT_TIMEOUT',
  UND_ERR_HEADERS_OVERFLOW: 'HEAD_TOO_LARGE',
  UND_ERR_INVALID_ARG: 'BAD_REQUEST',
  UND_ERR_NOT_SUPPORTED: 'BAD_REQUEST',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'BAD_REQUEST',
}

/** How far a response had come when undici gave it up. */
type Progress = 'nothing' | 'head' | 'body'

/**
 * One request on its way through undici: its dispatch handler.
 * It uses undici's raw handler methods: the newer ones parse every header of every response.
 */
export class UndiciCall extends TransportCall implements Dispatcher.DispatchHandler {
  private abort: ((error?: Error) => void) | undefined = undefined
  private progress: Progress = 'nothing'
  private statusCode = 0
  private readonly connecting: ConnectingSockets

  constructor(
    request: TransportRequest,
    inFlight: InFlight,
    connecting: ConnectingSockets,
    resolve: (response: TransportResponse) => void,
    reject: (error: unknown) => void,
  ) {
    super(request, inFlight, resolve, reject)
    this.connecting = connecting
  }

  /**
   * undici calls it with a connected socket in hand, in the statement before it builds and writes the head.
   */
  onConnect(abort: (error?: Error) => void): void {
    // Thrown, it makes undici drop the request but keep the connection; abort() would destroy that.
    if (this.settled) throw new Error('given up while it waited for a connection')
    this.abort = abort
    this.request.onDeparture?.(this.connecting.takeMadeInMs())
  }

  onResponseStarted(): void {
    this.progress = 'head'
  }

  onHeaders(statusCode: number, headers: Buffer[]): boolean {
    if (statusCode < 200) return true
    this.progress = 'body'
    this.statusCode = statusCode
    this.takeHeaders(headers)
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.count(chunk.length)) this.keep(chunk)
    return true
  }

  onComplete(): void {
    // The connection is free: giving the call up must not touch it any more.
    this.abort = undefined
    this.finish(this.statusCode)
  }

  onUpgrade(): void {
    this.cancel(translateUndiciError(new Error('an upgrade that nobody asked for'), this.progress))
  }

  onError(error: Error): void {
    if (this.statusCode === 304 && isLengthMismatch(error)) this.finish(304)
    else this.cancel(translateUndiciError(error, this.progress))
  }

  protected override release(): void {
    this.abort?.()
  }
}

function translateUndiciError(error: Error, progress: Progress): TransportError {
  const code = codeOf(error, progress)
  const message = code === 'HEAD_TOO_LARGE' ? HEAD_TOO_LARGE : withAdvice(code, error.message)
  const isStale = progress === 'nothing' && endedReused(error)
  return new TransportError(code, message, { cause: error, isStale })
}

/** undici waits for the body that a 304's Content-Length speaks of; there is none (RFC 9110, 15.4.5). */
function isLengthMismatch(error: Error): boolean {
  return errorCode(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
}

function codeOf(error: Error, progress: Progress): string {
  if (error.name === 'HTTPParserError') return isEarlyEnd(error) ? 'TRUNCATED' : 'BAD_RESPONSE'
  if (isLengthMismatch(error)) return progress === 'body' ? 'TRUNCATED' : 'BAD_RESPONSE'
  const code = errorCode(unwrapped(error))
  if (code === 'UND_ERR_SOCKET') return socketCode(error, progress)
  return codes[code] ?? code
}

/** Of several addresses that all failed, the first tells. */
function unwrapped(error: Error): unknown {
  return error instanceof AggregateError && errorCode(error) === 'AggregateError' ? error.errors[0] : error
}

function isEarlyEnd(error: Error): boolean {
  return errorCode(error) === 'HPE_INVALID_EOF_STATE'
}

function socketCode(error: Error, progress: Progress): string {
  if (error.message === 'bad response' || error.message === 'bad upgrade') return 'BAD_RESPONSE'
  return progress === 'nothing' ? 'CONNECTION_CLOSED' : 'TRUNCATED'
}
