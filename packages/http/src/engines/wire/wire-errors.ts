import { errorCode, HEAD_TOO_LARGE, TransportError } from '../transport-error.js'

export function socketError(error: Error, isStale: boolean): TransportError {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return new TransportError(errorCode(first), error.message || errorCode(first), { cause: error, isStale })
}

export function connectionEnded(withinResponse: boolean, isStale: boolean): TransportError {
  return withinResponse
    ? new TransportError('TRUNCATED', 'the server closed the connection within a response')
    : new TransportError('CONNECTION_CLOSED', 'the server closed the connection without a response', {
        isStale,
      })
}

export function connectTimeout(timeoutMs: number): TransportError {
  return new TransportError('CONNECT_TIMEOUT', `the connection was not made within ${timeoutMs} ms`)
}

export function protocolError(reason: string, code = 'BAD_RESPONSE'): TransportError {
  const why = code === 'HEAD_TOO_LARGE' ? HEAD_TOO_LARGE : reason
  return new TransportError(code, `the response is refused: ${why}`)
}
