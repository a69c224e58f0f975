import * as octets from './octets.js'
import * as state from './parser-states.js'

// Local to this module they are constants to the compiler.
const { IS_TOKEN, IS_VALUE, NAMES } = octets

const HTAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const QUOTE = 34
const COMMA = 44
const COLON = 58
const SEMICOLON = 59
const EQUALS = 61
const BACKSLASH = 92
const DELETE = 127
const CONNECTION_TOKENS = octets.KEEP_ALIVE | octets.CLOSE

/** Heads beyond this are parsed every time. */
const LONGEST_KNOWN = 2048
const DIGIT = 0
/** "HTTP/1.1 " as the bytes that must come. */
const VERSION_BYTES = Uint8Array.from([72, 84, 84, 80, 47, DIGIT, 46, DIGIT, 32])
/** So many of them are the version itself. */
const VERSION_END = 8
/** The versions that llhttp takes; only 1.1 keeps connections alive by itself. */
const VERSIONS: readonly number[] = [9, 10, 11, 20]

export interface ResponseParserOptions {
  /** Status line, fields and trailers together. Default 16,384. */
  readonly maxHeadBytes?: number
  /** One line: the status line, a field, a chunk's size with its extensions. Default 8,192. */
  readonly maxLineBytes?: number
  /** Whether `head` is filled. Default false. */
  readonly keepHead?: boolean
}

/** Where a body's bytes go. The buffer is used again after the call: copy what you keep. */
export interface BodySink {
  onBody(buffer: Buffer, start: number, end: number): void
}

/**
 * HTTP/1.1 responses (RFC 9112): fed with whatever arrives, cut wherever it is cut, it gives the same
 * verdict. It makes no object while it parses, and never throws.
 *
 * It is as strict as llhttp with all leniency off, but that equal Content-Lengths are one (RFC 9110, 8.6). It is
 * stricter in six things: no status below 100, no switch of protocols (101), no RTSP or ICE, no status line
 * that ends in two CRs, no empty Transfer-Encoding, and no length beyond 2^53 - 1. A message after a
 * `Connection: close` is an error.
 */
// One long class, and not one for each part of a message: every byte of every response passes through it. All
// parts read and write the same state (position, flags, size), which would have to be handed back and forth
// between objects. Fields are plain, not `#private`, for the same reason. Each method takes the bytes of one
// state, and returns where it stopped.
export class ResponseParser {
  /** A message ended where `execute` stopped. Interim (1xx) responses are messages too. */
  complete = false
  status = 0
  /** The head as it came, status line and fields, each with its CRLF; empty unless `keepHead`. */
  head = ''
  /** Why the bytes are refused; nothing more is taken after it. */
  fault: 'BAD_RESPONSE' | 'HEAD_TOO_LARGE' | undefined = undefined
  reason = ''
  /** Set while responses to HEAD are due: they have no body, whatever their fields say. */
  noBody = false
  sink: BodySink | undefined = undefined
  /** After `complete`: whether the connection may serve another message. */
  keepAlive = false
  /** The bytes of the body so far, without their framing. */
  bodyBytes = 0

  private state = state.START
  private flags = 0
  /** Major and minor in one number: 11 for HTTP/1.1. */
  private version = 0
  /** A length that counts up while it is read, and down while it is consumed. */
  private size = 0
  /** The Content-Length that the head told before this one; -1 if none. */
  private toldSize = -1
  private headBytes = 0
  /** The line's bytes in earlier buffers. */
  private lineBytes = 0
  /** Where in the buffer at hand the line begins, or goes on. */
  private mark = 0
  /** Where in the buffer at hand the head begins, or goes on. */
  private headMark = 0
  private readonly maxHeadBytes: number
  private readonly maxLineBytes: number
  private readonly keepHead: boolean
  /** The position within a fixed word, a name or a token. */
  private at = 0
  /** The names or tokens that fit what was read so far. */
  private mask = 0
  /** Which of the names that frame a message this field has; 0 for all others. */
  private field = 0
  /** The last head that lay in one buffer, and what it said. Servers repeat themselves: see `repeats`. */
  private readonly known = Buffer.allocUnsafe(LONGEST_KNOWN)
  private knownLength = 0
  private knownStatus = 0
  private knownFlags = 0
  private knownVersion = 0
  private knownSize = 0
  private knownHead = ''

  constructor(options?: ResponseParserOptions) {
    this.maxHeadBytes = options?.maxHeadBytes ?? 16_384
    this.maxLineBytes = options?.maxLineBytes ?? 8_192
    this.keepHead = options?.keepHead ?? false
  }

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

  // The head: status line, the end of the fields, and heads that repeat the one before.

  private begin(buffer: Buffer, i: number, end: number): number {
    const octet = buffer[i]
    if (octet === CR || octet === LF) return i + 1
    if (this.repeats(buffer, i, end)) return this.repeatHead(i)
    this.flags = 0
    this.version = 0
    this.size = 0
    this.status = 0
    this.at = 0
    this.headBytes = 0
    this.head = ''
    this.headMark = i
    this.state = state.VERSION
    return i
  }

  /** Whether the last head comes again, byte for byte: a comparison costs a fraction of a parse. */
  private repeats(buffer: Buffer, i: number, end: number): boolean {
    const length = this.knownLength
    if (length === 0 || end - i < length || this.lineBytes > 0 || this.mark < i) return false
    return buffer.compare(this.known, 0, length, i, i + length) === 0
  }

  private repeatHead(i: number): number {
    this.status = this.knownStatus
    this.flags = this.knownFlags
    this.version = this.knownVersion
    this.size = this.knownSize
    this.head = this.knownHead
    this.headBytes = this.knownLength
    this.mark = i + this.knownLength
    this.endHead()
    return this.mark
  }

  private remember(buffer: Buffer, end: number): void {
    const length = end - this.headMark
    if (length !== this.headBytes || length > LONGEST_KNOWN) return
    buffer.copy(this.known, 0, this.headMark, end)
    this.knownLength = length
    this.knownStatus = this.status
    this.knownFlags = this.flags
    this.knownVersion = this.version
    this.knownSize = this.size
    this.knownHead = this.head
  }

  private readVersion(buffer: Buffer, i: number, end: number): number {
    let position = i
    for (; position < end && this.at < VERSION_BYTES.length; position++) {
      const octet = buffer[position] as number
      const due = VERSION_BYTES[this.at++]
      if (due === DIGIT ? !isDigit(octet) : due !== octet) return this.refuse(position, 'no HTTP version')
      if (due === DIGIT) this.version = this.version * 10 + octet - 48
      if (this.at === VERSION_END && !VERSIONS.includes(this.version)) {
        return this.refuse(position, 'an unknown HTTP version')
      }
    }
    if (this.at < VERSION_BYTES.length) return position
    this.at = 0
    this.state = state.STATUS
    return position
  }

  private readStatus(buffer: Buffer, i: number): number {
    const octet = buffer[i] as number
    if (!isDigit(octet)) return this.refuse(i, 'no status code')
    this.status = this.status * 10 + octet - 48
    this.at += 1
    if (this.at < 3) return i + 1
    if (this.status < 100) return this.refuse(i, 'a status below 100')
    this.state = state.AFTER_STATUS
    return i + 1
  }

  private afterStatus(buffer: Buffer, i: number): number {
    if (buffer[i] === SPACE) this.state = state.REASON
    else if (buffer[i] === CR) this.state = state.STATUS_LF
    else return this.refuse(i, 'a status code of more than three digits')
    return i + 1
  }

  private readReason(buffer: Buffer, i: number, end: number): number {
    let position = i
    while (position < end && buffer[position] !== CR && buffer[position] !== LF) position++
    if (position === end) return end
    if (buffer[position] === LF) return this.refuse(position, 'LF without CR')
    this.state = state.STATUS_LF
    return position + 1
  }

  private endStatusLine(buffer: Buffer, i: number): number {
    if (buffer[i] !== LF) return this.refuse(i, 'a status line without LF')
    this.state = state.FIELD_START
    return i + 1
  }

  private readHeadLf(buffer: Buffer, i: number): number {
    if (buffer[i] !== LF) return this.refuse(i, 'CR without LF')
    this.endLine(i + 1)
    if (this.fault !== undefined) return i
    if ((this.flags & octets.TRAILING) === 0) {
      if (this.keepHead) this.head += buffer.toString('latin1', this.headMark, i + 1)
      this.remember(buffer, i + 1)
    }
    this.endHead()
    return i + 1
  }

  // Fields of the head and of the trailers.

  private readName(buffer: Buffer, i: number, end: number): number {
    let { at, mask } = this
    let position = i
    // As long as a known name fits, and then faster.
    for (; position < end && mask !== octets.TOKEN_BIT; position++) {
      const row = at < octets.LAST_NAME_ROW ? at : octets.LAST_NAME_ROW
      const fits = NAMES[(row << 8) | (buffer[position] as number)] as number
      if (fits === 0) break
      mask &= fits
      at++
    }
    if (mask === octets.TOKEN_BIT)
      while (position < end && IS_TOKEN[buffer[position] as number] === 1) position++
    this.at = at
    this.mask = mask
    return position === end ? end : this.endName(buffer, position, end)
  }

  private endName(buffer: Buffer, i: number, end: number): number {
    if (buffer[i] !== COLON) return this.refuse(i, 'a bad byte in a field name')
    const known = this.mask & ~octets.TOKEN_BIT
    this.field = octets.NAME_LENGTH[known] === this.at ? known : 0
    if (this.field === octets.NAME_CONTENT_LENGTH && (this.flags & octets.ENCODED) !== 0) {
      return this.refuse(i, 'Content-Length beside Transfer-Encoding')
    }
    if (this.field === octets.NAME_TRANSFER_ENCODING && (this.flags & octets.LENGTH_GIVEN) !== 0) {
      return this.refuse(i, 'Transfer-Encoding beside Content-Length')
    }
    this.state = state.BEFORE_VALUE
    return this.beforeValue(buffer, i + 1, end)
  }

  private beforeValue(buffer: Buffer, i: number, end: number): number {
    let position = i
    while (position < end && isBlank(buffer[position])) position++
    if (position === end) return end
    if (buffer[position] === CR) {
      this.state = state.EMPTY_VALUE_LF
      return position + 1
    }
    this.mask = 0
    if (this.field !== 0) {
      this.state = this.beginKnownValue()
      return position
    }
    this.state = state.VALUE
    return this.readValue(buffer, position, end)
  }

  private beginKnownValue(): number {
    switch (this.field) {
      case octets.NAME_CONTENT_LENGTH:
        return this.beginLength()
      case octets.NAME_TRANSFER_ENCODING:
        // Several fields are one list: only the last coding of the last of them counts.
        this.flags = (this.flags | octets.ENCODED) & ~octets.CHUNKED
        return state.LIST
      default:
        return state.LIST
    }
  }

  private afterEmptyValue(buffer: Buffer, i: number): number {
    if (isBlank(buffer[i])) return this.refuse(i, 'a folded field')
    if (this.field === octets.NAME_CONTENT_LENGTH) return this.refuse(i, 'an empty Content-Length')
    if (this.field === octets.NAME_TRANSFER_ENCODING) return this.refuse(i, 'an empty Transfer-Encoding')
    this.state = state.FIELD_START
    return i
  }

  private readValue(buffer: Buffer, i: number, end: number): number {
    let position = i
    while (position < end && IS_VALUE[buffer[position] as number] === 1) position++
    return position === end ? end : this.endValue(buffer, position, end)
  }

  private endValue(buffer: Buffer, i: number, end: number): number {
    if (buffer[i] !== CR) return this.refuse(i, 'a bad byte in a field value')
    this.state = state.VALUE_LF
    // Most lines are whole and followed by another: two steps less for each.
    if (i + 2 >= end || buffer[i + 1] !== LF) return i + 1
    this.state = state.AFTER_VALUE
    return this.afterValue(buffer, i + 2)
  }

  /** Lengths that are told more than once, by lines or in a list, are one if they are equal (RFC 9110, 8.6). */
  private beginLength(): number {
    this.toldSize = (this.flags & octets.LENGTH_GIVEN) === 0 ? -1 : this.size
    this.size = 0
    this.at = 0
    return state.LENGTH
  }

  private readLength(buffer: Buffer, i: number, end: number): number {
    const octet = buffer[i] as number
    if (isDigit(octet) && this.state === state.LENGTH) {
      this.size = this.size * 10 + octet - 48
      this.at += 1
      if (this.size <= Number.MAX_SAFE_INTEGER) return i + 1
      return this.refuse(i, 'a Content-Length beyond 2^53 - 1')
    }
    if (octet === SPACE) {
      if (this.at > 0) this.state = state.AFTER_LENGTH
      return i + 1
    }
    if ((octet !== CR && octet !== COMMA) || this.at === 0)
      return this.refuse(i, 'a bad byte in Content-Length')
    if (this.toldSize >= 0 && this.toldSize !== this.size)
      return this.refuse(i, 'two Content-Lengths that differ')
    this.flags |= octets.LENGTH_GIVEN
    if (octet === CR) return this.endValue(buffer, i, end)
    this.state = this.beginLength()
    return i + 1
  }

  /** Connection and Transfer-Encoding: the tokens that matter are told from all others as they come. */
  private readList(buffer: Buffer, i: number, end: number): number {
    const octet = buffer[i] as number
    switch (this.state) {
      case state.LIST:
        return this.beginWord(octet, i)
      case state.LIST_WORD:
        return this.readWord(octet, i)
      case state.LIST_KNOWN:
        return this.afterKnown(buffer, octet, i, end)
      default:
        return this.readOther(buffer, octet, i, end)
    }
  }

  private beginWord(octet: number, i: number): number {
    if (isBlank(octet)) return i + 1
    this.at = 0
    this.mask = this.field === octets.NAME_TRANSFER_ENCODING ? octets.CHUNKED : CONNECTION_TOKENS
    this.state = state.LIST_WORD
    return i
  }

  private readWord(octet: number, i: number): number {
    this.mask &= octets.TOKENS[(this.at << 8) | octet] as number
    if (this.mask === 0) {
      this.state = state.LIST_OTHER
      return i
    }
    this.at += 1
    if (octets.TOKEN_LENGTH[this.mask] === this.at) this.state = state.LIST_KNOWN
    return i + 1
  }

  private afterKnown(buffer: Buffer, octet: number, i: number, end: number): number {
    const isEncoding = this.field === octets.NAME_TRANSFER_ENCODING
    // A tab would be allowed too (RFC 9110, 5.6.3); llhttp takes the token for an unknown one, and so do we.
    if (octet === SPACE) return i + 1
    if (octet === CR) return this.endValue(buffer, i, end)
    if (octet === COMMA && !isEncoding) {
      this.flags |= this.mask
      this.state = state.LIST
    } else this.state = state.LIST_OTHER
    this.mask = 0
    return octet === COMMA && !isEncoding ? i + 1 : i
  }

  private readOther(buffer: Buffer, octet: number, i: number, end: number): number {
    if (octet === COMMA) {
      this.state = state.LIST
      return i + 1
    }
    return octets.IS_VALUE[octet] === 1 ? i + 1 : this.endValue(buffer, i, end)
  }

  private afterValue(buffer: Buffer, i: number): number {
    if (isBlank(buffer[i])) return this.refuse(i, 'a folded field')
    if (this.field !== 0) this.applyKnown()
    this.state = state.FIELD_START
    return i
  }

  private applyKnown(): void {
    // A token that ended the value; `mask` still holds it.
    if (octets.TOKEN_LENGTH[this.mask] === this.at) this.flags |= this.mask
  }

  private beginField(buffer: Buffer, i: number, end: number): number {
    this.endLine(i)
    if (this.fault !== undefined) return i
    if (buffer[i] === CR) {
      this.state = state.HEAD_LF
      return i + 1
    }
    if (buffer[i] === COLON) return this.refuse(i, 'a field without a name')
    this.at = 0
    this.mask = 255
    this.state = state.FIELD_NAME
    return this.readName(buffer, i, end)
  }

  // The lines of the chunked framing: sizes and extensions. Source: RFC 9112, 7.1.

  /** One byte of a line of the chunked framing. */
  private stepChunk(buffer: Buffer, i: number): number {
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

  private beginChunks(): void {
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

  // What the head says about the body, and the body.

  private afterLast(buffer: Buffer, i: number): number {
    const octet = buffer[i]
    return octet === CR || octet === LF ? i + 1 : this.refuse(i, 'bytes after the last response')
  }

  /** What the head says about the body. Source: RFC 9112, 6.3. */
  private endHead(): void {
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

  // Lines, which the limits bound, and refusals.

  private expectLf(buffer: Buffer, i: number, next: number): number {
    if (buffer[i] !== LF) return this.refuse(i, 'CR without LF')
    this.state = next
    return i + 1
  }

  /** A line of the head ends before `i`. */
  private endLine(i: number): void {
    const length = this.lineBytes + i - this.mark
    this.headBytes += length
    this.mark = i
    this.lineBytes = 0
    if (length > this.maxLineBytes || this.headBytes > this.maxHeadBytes) this.tooLarge()
  }

  private refuse(i: number, reason: string): number {
    this.state = this.failed(reason)
    return i
  }

  private tooLarge(): void {
    this.state = this.failed('the head, or one of its lines, is over the limit')
    this.fault = 'HEAD_TOO_LARGE'
  }

  private failed(reason: string): number {
    this.fault = 'BAD_RESPONSE'
    this.reason = reason
    return state.FAILED
  }
}

function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}

function isDigit(octet: number): boolean {
  return octet >= 48 && octet <= 57
}

function isBlank(octet: number | undefined): boolean {
  return octet === SPACE || octet === HTAB
}
