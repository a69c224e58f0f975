import { ChunkParser } from './chunk-parser.js'

export type { ResponseParserOptions } from './line-parser.js'
import * as octets from './octets.js'
import * as state from './parser-states.js'

const LF = 10
const CR = 13

/** Where a body's bytes go. The buffer is used again after the call: copy what you keep. */
export interface BodySink {
  onBody(buffer: Buffer, start: number, end: number): void
}

/**
 * HTTP/1.1 responses (RFC 9112): fed with whatever arrives, cut wherever it is cut, it gives the same verdict.
 * It makes no object while it parses, and never throws.
 *
 * It is as strict as llhttp with all leniency off, and stricter in six things: no status below 100, no switch of
 * protocols (101), no RTSP or ICE, no status line that ends in two CRs, no empty Transfer-Encoding, and no length
 * beyond 2^53 - 1. A message after a `Connection: close` is an error.
 */
export class ResponseParser extends ChunkParser {
  /** Set while responses to HEAD are due: they have no body, whatever their fields say. */
  noBody = false
  sink: BodySink | undefined = undefined
  /** After `complete`: whether the connection may serve another message. */
  keepAlive = false
  /** The bytes of the body so far, without their framing. */
  bodyBytes = 0

  /** Whether a message has begun and not ended. */
  get started(): boolean {
    return this.state !== state.START && this.state !== state.CLOSED
  }

  /**
   * Takes bytes from `start` on and returns where it stopped: at `end`, just after a message (`complete`), or
   * at a byte that it refuses (`fault`). Call it again for what is left after a message.
   */
  execute(buffer: Buffer, start: number, end: number): number {
    this.complete = false
    this.mark = start
    this.headMark = start
    let i = start
    while (i < end && !this.complete && this.fault === undefined) i = this.step(buffer, i, end)
    if (this.state < state.BODY && !this.complete) this.suspend(buffer, i)
    return i
  }

  /**
   * The connection has ended. True when that was allowed here; `complete` tells whether it ended a message,
   * one whose body lasts until the end of the connection.
   */
  finish(): boolean {
    this.complete = false
    if (this.state === state.BODY_TO_END) this.endMessage()
    return !this.started
  }

  private step(buffer: Buffer, i: number, end: number): number {
    switch (this.state) {
      case state.START:
        return this.begin(buffer, i, end)
      case state.VERSION:
        return this.readVersion(buffer, i, end)
      case state.STATUS:
        return this.readStatus(buffer, i)
      case state.AFTER_STATUS:
        return this.afterStatus(buffer, i)
      case state.REASON:
        return this.readReason(buffer, i, end)
      case state.STATUS_LF:
        return this.endStatusLine(buffer, i)
      case state.FIELD_START:
        return this.beginField(buffer, i, end)
      case state.FIELD_NAME:
        return this.readName(buffer, i, end)
      case state.BEFORE_VALUE:
        return this.beforeValue(buffer, i, end)
      case state.EMPTY_VALUE_LF:
        return this.expectLf(buffer, i, state.AFTER_EMPTY_VALUE)
      case state.AFTER_EMPTY_VALUE:
        return this.afterEmptyValue(buffer, i)
      case state.VALUE:
        return this.readValue(buffer, i, end)
      case state.VALUE_LF:
        return this.expectLf(buffer, i, state.AFTER_VALUE)
      case state.AFTER_VALUE:
        return this.afterValue(buffer, i)
      case state.LENGTH:
      case state.AFTER_LENGTH:
        return this.readLength(buffer, i, end)
      case state.LIST:
      case state.LIST_WORD:
      case state.LIST_KNOWN:
      case state.LIST_OTHER:
        return this.readList(buffer, i, end)
      case state.HEAD_LF:
        return this.readHeadLf(buffer, i)
      case state.BODY:
      case state.CHUNK:
        return this.readSized(buffer, i, end)
      case state.BODY_TO_END:
        return this.takeBody(buffer, i, end)
      case state.CLOSED:
        return this.afterLast(buffer, i)
      default:
        return this.stepChunk(buffer, i)
    }
  }

  private afterLast(buffer: Buffer, i: number): number {
    const octet = buffer[i]
    return octet === CR || octet === LF ? i + 1 : this.refuse(i, 'bytes after the last response')
  }

  /** What the head says about the body. Source: RFC 9112, 6.3. */
  protected override endHead(): void {
    const { flags, status } = this
    this.bodyBytes = (flags & octets.TRAILING) === 0 ? 0 : this.bodyBytes
    if ((flags & octets.TRAILING) !== 0) this.endMessage()
    else if (status === 101) this.refuse(0, 'a switch of protocols')
    else if (this.noBody || isBodiless(status)) this.endMessage()
    else if ((flags & octets.CHUNKED) !== 0) this.beginChunks()
    else if ((flags & octets.LENGTH_GIVEN) === 0) this.state = state.BODY_TO_END
    else if (this.size === 0) this.endMessage()
    else this.state = state.BODY
  }

  private endMessage(): void {
    this.complete = true
    this.keepAlive = this.mayGoOn()
    this.state = this.keepAlive ? state.START : state.CLOSED
    this.lineBytes = 0
  }

  private mayGoOn(): boolean {
    const { flags } = this
    if (this.version === 11 ? (flags & octets.CLOSE) !== 0 : (flags & octets.KEEP_ALIVE) === 0) return false
    if (this.noBody || isBodiless(this.status)) return true
    return (flags & (octets.CHUNKED | octets.LENGTH_GIVEN)) !== 0
  }

  private readSized(buffer: Buffer, i: number, end: number): number {
    const stop = end - i < this.size ? end : i + this.size
    this.size -= stop - i
    this.takeBody(buffer, i, stop)
    if (this.size > 0) return stop
    if (this.state === state.BODY) this.endMessage()
    else this.state = state.CHUNK_END_CR
    return stop
  }

  private takeBody(buffer: Buffer, i: number, end: number): number {
    this.bodyBytes += end - i
    this.sink?.onBody(buffer, i, end)
    return end
  }

  /** The buffer ends within a line: what the next one brings is added to it. */
  private suspend(buffer: Buffer, end: number): void {
    this.lineBytes += end - this.mark
    const isHead = this.state <= state.HEAD_LF
    if (this.lineBytes > this.maxLineBytes) return this.tooLarge()
    if (isHead && this.headBytes + this.lineBytes > this.maxHeadBytes) return this.tooLarge()
    if (isHead && this.keepHead && this.state !== state.START && (this.flags & octets.TRAILING) === 0) {
      this.head += buffer.toString('latin1', this.headMark, end)
    }
  }
}

function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}
