import * as state from './parser-states.js'

const LF = 10

export interface ResponseParserOptions {
  /** Status line, fields and trailers together. Default 16,384. */
  readonly maxHeadBytes?: number
  /** One line: the status line, a field, a chunk's size with its extensions. Default 8,192. */
  readonly maxLineBytes?: number
  /** Whether `head` is filled. Default false. */
  readonly keepHead?: boolean
}

/**
 * What all parts of the response parser share: its state, its results, and the accounts of lines that the limits
 * bound. Fields are plain, not `#private`: they are read for every byte.
 */
export abstract class LineParser {
  /** A message ended where `execute` stopped. Interim (1xx) responses are messages too. */
  complete = false
  status = 0
  /** The head as it came, status line and fields, each with its CRLF; empty unless `keepHead`. */
  head = ''
  /** Why the bytes are refused; nothing more is taken after it. */
  fault: 'BAD_RESPONSE' | 'HEAD_TOO_LARGE' | undefined = undefined
  reason = ''

  protected state = state.START
  protected flags = 0
  /** Major and minor in one number: 11 for HTTP/1.1. */
  protected version = 0
  /** A length that counts up while it is read, and down while it is consumed. */
  protected size = 0
  protected headBytes = 0
  /** The line's bytes in earlier buffers. */
  protected lineBytes = 0
  /** Where in the buffer at hand the line begins, or goes on. */
  protected mark = 0
  /** Where in the buffer at hand the head begins, or goes on. */
  protected headMark = 0
  protected readonly maxHeadBytes: number
  protected readonly maxLineBytes: number
  protected readonly keepHead: boolean
  /** The position within a fixed word, a name or a token. */
  protected at = 0

  constructor(options?: ResponseParserOptions) {
    this.maxHeadBytes = options?.maxHeadBytes ?? 16_384
    this.maxLineBytes = options?.maxLineBytes ?? 8_192
    this.keepHead = options?.keepHead ?? false
  }

  protected expectLf(buffer: Buffer, i: number, next: number): number {
    if (buffer[i] !== LF) return this.refuse(i, 'CR without LF')
    this.state = next
    return i + 1
  }

  /** A line of the head ends before `i`. */
  protected endLine(i: number): void {
    const length = this.lineBytes + i - this.mark
    this.headBytes += length
    this.mark = i
    this.lineBytes = 0
    if (length > this.maxLineBytes || this.headBytes > this.maxHeadBytes) this.tooLarge()
  }

  protected refuse(i: number, reason: string): number {
    this.state = this.failed(reason)
    return i
  }

  protected tooLarge(): void {
    this.state = this.failed('the head, or one of its lines, is over the limit')
    this.fault = 'HEAD_TOO_LARGE'
  }

  protected failed(reason: string): number {
    this.fault = 'BAD_RESPONSE'
    this.reason = reason
    return state.FAILED
  }
}
