import type { Dispatcher } from 'undici'
import { TransportCall } from './transport-call.js'
import { isLengthMismatch, translateUndiciError } from './undici-errors.js'
import type { Progress } from './undici-errors.js'

/**
 * One request on its way through undici: its dispatch handler.
 * It uses undici's raw handler methods: the newer ones parse every header of every response.
 */
export class UndiciCall extends TransportCall implements Dispatcher.DispatchHandler {
  private abort: ((error?: Error) => void) | undefined = undefined
  private progress: Progress = 'nothing'
  private statusCode = 0

  /** undici calls it with a connected socket in hand, in the statement before it builds and writes the head. */
  onConnect(abort: (error?: Error) => void): void {
    // Thrown, it makes undici drop the request but keep the connection; abort() would destroy that.
    if (this.settled) throw new Error('given up while it waited for a connection')
    this.abort = abort
    this.request.onDeparture?.()
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
