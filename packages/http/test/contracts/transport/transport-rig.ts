import type { LookupFunction, Socket } from 'node:net'
import { errorCode } from '../../../src/engines/index.js'
import type { Reach, Transport } from '../../../src/engines/index.js'
import { rawServer } from '../servers.js'
import type { TestServer } from '../servers.js'

/** The options that every transport takes. */
export interface CommonOptions {
  readonly maxConnections?: number
  readonly maxKeepaliveConnections?: number
  readonly keepaliveExpiryMs?: number
  readonly timeoutMs?: number
  readonly maxHeadBytes?: number
  readonly reach?: Reach
  readonly lookup?: LookupFunction
}

export type MakeTransport = (options?: CommonOptions) => Transport

type Sent = ReturnType<Transport['send']>

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** A server that answers every request with these bytes. */
export const raw = (bytes: string): Promise<TestServer> =>
  rawServer(socket => void socket.write(bytes, 'latin1'))

/** Then it closes the connection. */
export const rawThenEnd = (bytes: string): Promise<TestServer> =>
  rawServer(socket => void socket.end(Buffer.from(bytes, 'latin1')))

export function codeOf(sent: Sent): Promise<string> {
  return sent.then(() => 'none', errorCode)
}

export function codeOrBody(sent: Sent): Promise<string> {
  return sent.then(response => text(response.body), errorCode)
}

export async function dribble(socket: Socket, bytes: string): Promise<void> {
  socket.setNoDelay(true)
  for (const byte of bytes) {
    socket.write(byte, 'latin1')
    await new Promise(resolve => {
      setImmediate(resolve)
    })
  }
}
