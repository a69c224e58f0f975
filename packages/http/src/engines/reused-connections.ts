import type { Socket } from 'node:net'

const errors = new WeakSet<Error>()

/**
 * Notes when a connection fails that had brought bytes before: a server may close an idle connection at any
 * moment, also just when a request is written to it. To be called when it is connected.
 */
export function watchReuse(socket: Socket): void {
  const bytesBefore = socket.bytesRead
  socket.prependListener('error', error => {
    if (socket.bytesRead > bytesBefore) errors.add(error)
  })
}

/** Whether the error ended a connection that had brought bytes before. */
export function endedReused(error: Error): boolean {
  return errors.has(error)
}
