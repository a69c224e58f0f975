import { HeadParser } from './head-parser.js'
import * as octets from './octets.js'
import * as state from './parser-states.js'

const LF = 10
const CR = 13
const QUOTE = 34
const SEMICOLON = 59
const EQUALS = 61
const SPACE = 32
const BACKSLASH = 92
const DELETE = 127

/** The lines of the chunked framing: sizes and extensions. Source: RFC 9112, 7.1. */
export abstract class ChunkParser extends HeadParser {
  /** One byte of a line of the chunked framing. */
  protected stepChunk(buffer: Buffer, i: number): number {
    const octet = buffer[i] as number
    switch (this.state) {
      case state.CHUNK_SIZE_FIRST:
      case state.CHUNK_SIZE:
        return this.readChunkSize(octet, i)
      case state.EXTENSION:
        return this.beginExtension(octet, i)
      case state.EXTENSION_NAME:
      case state.EXTENSION_VALUE:
        return this.readExtension(octet, i)
      case state.QUOTED:
        return this.readQuoted(octet, i)
      case state.QUOTED_PAIR:
        return this.readQuotedPair(octet, i)
      case state.AFTER_QUOTED:
        return this.endExtension(octet, i)
      case state.CHUNK_LF:
        return this.beginChunk(octet, i)
      case state.CHUNK_END_CR:
        return this.expect(octet, CR, i, state.CHUNK_END_LF)
      case state.CHUNK_END_LF:
        this.beginChunkLine(i + 1)
        return this.expect(octet, LF, i, state.CHUNK_SIZE_FIRST)
      default:
        return i
    }
  }

  protected beginChunks(): void {
    this.state = state.CHUNK_SIZE_FIRST
    this.lineBytes = 0
  }

  private beginChunkLine(mark: number): void {
    this.mark = mark
    this.lineBytes = 0
  }

  private readChunkSize(octet: number, i: number): number {
    const digit = octets.HEX[octet] as number
    const isFirst = this.state === state.CHUNK_SIZE_FIRST
    if (digit === 255) return isFirst ? this.refuse(i, 'no chunk size') : this.afterChunkSize(octet, i)
    this.size = (isFirst ? 0 : this.size) * 16 + digit
    this.state = state.CHUNK_SIZE
    return this.size <= Number.MAX_SAFE_INTEGER ? i + 1 : this.refuse(i, 'a chunk size beyond 2^53 - 1')
  }

  private afterChunkSize(octet: number, i: number): number {
    if (octet === CR) this.state = state.CHUNK_LF
    else if (octet === SEMICOLON) this.state = state.EXTENSION
    else return this.refuse(i, 'a bad byte in a chunk size')
    return i + 1
  }

  private beginExtension(octet: number, i: number): number {
    if (octet === SPACE || octet === CR) return this.refuse(i, 'an empty chunk extension')
    this.state = state.EXTENSION_NAME
    return i
  }

  private readExtension(octet: number, i: number): number {
    if (octets.IS_TOKEN[octet] === 1) return i + 1
    if (this.state === state.EXTENSION_NAME) {
      if (octet !== EQUALS) return this.endExtension(octet, i)
      this.state = state.EXTENSION_VALUE
      return i + 1
    }
    if (octet !== QUOTE) return this.endExtension(octet, i)
    this.state = state.QUOTED
    return i + 1
  }

  private readQuoted(octet: number, i: number): number {
    if (octet === QUOTE) this.state = state.AFTER_QUOTED
    else if (octet === BACKSLASH) this.state = state.QUOTED_PAIR
    else if (octets.IS_QUOTED[octet] === 0) return this.refuse(i, 'a bad byte in a quoted string')
    return i + 1
  }

  private readQuotedPair(octet: number, i: number): number {
    if (octets.IS_VALUE[octet] === 0 || octet === DELETE) return this.refuse(i, 'a bad byte in a quoted pair')
    this.state = state.QUOTED
    return i + 1
  }

  private endExtension(octet: number, i: number): number {
    if (octet === SEMICOLON) this.state = state.EXTENSION
    else if (octet === CR) this.state = state.CHUNK_LF
    else return this.refuse(i, 'a bad byte in a chunk extension')
    return i + 1
  }

  private beginChunk(octet: number, i: number): number {
    if (octet !== LF) return this.refuse(i, 'CR without LF')
    const length = this.lineBytes + i + 1 - this.mark
    this.beginChunkLine(i + 1)
    if (length > this.maxLineBytes) this.tooLarge()
    else if (this.size > 0) this.state = state.CHUNK
    else {
      this.flags |= octets.TRAILING
      this.state = state.FIELD_START
    }
    return i + 1
  }

  private expect(octet: number, due: number, i: number, next: number): number {
    if (octet !== due) return this.refuse(i, 'a chunk that is longer than its size')
    this.state = next
    return i + 1
  }
}
