import { FieldParser } from './field-parser.js'
import * as octets from './octets.js'
import * as state from './parser-states.js'

const LF = 10
const CR = 13
const SPACE = 32

/** Heads beyond this are parsed every time. */
const LONGEST_KNOWN = 2048
const DIGIT = 0
/** "HTTP/1.1 " as the bytes that must come. */
const VERSION_BYTES = Uint8Array.from([72, 84, 84, 80, 47, DIGIT, 46, DIGIT, 32])
/** So many of them are the version itself. */
const VERSION_END = 8
/** The versions that llhttp takes; only 1.1 keeps connections alive by itself. */
const VERSIONS: readonly number[] = [9, 10, 11, 20]

/** The head as a whole: status line, the end of the fields, and heads that repeat the one before. */
export abstract class HeadParser extends FieldParser {
  /** The last head that lay in one buffer, and what it said. Servers repeat themselves: see `repeats`. */
  private readonly known = Buffer.allocUnsafe(LONGEST_KNOWN)
  private knownLength = 0
  private knownStatus = 0
  private knownFlags = 0
  private knownVersion = 0
  private knownSize = 0
  private knownHead = ''

  /** The whole head, or all trailers, have been read. */
  protected abstract endHead(): void

  protected begin(buffer: Buffer, i: number, end: number): number {
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

  protected readVersion(buffer: Buffer, i: number, end: number): number {
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

  protected readStatus(buffer: Buffer, i: number): number {
    const octet = buffer[i] as number
    if (!isDigit(octet)) return this.refuse(i, 'no status code')
    this.status = this.status * 10 + octet - 48
    this.at += 1
    if (this.at < 3) return i + 1
    if (this.status < 100) return this.refuse(i, 'a status below 100')
    this.state = state.AFTER_STATUS
    return i + 1
  }

  protected afterStatus(buffer: Buffer, i: number): number {
    if (buffer[i] === SPACE) this.state = state.REASON
    else if (buffer[i] === CR) this.state = state.STATUS_LF
    else return this.refuse(i, 'a status code of more than three digits')
    return i + 1
  }

  protected readReason(buffer: Buffer, i: number, end: number): number {
    let position = i
    while (position < end && buffer[position] !== CR && buffer[position] !== LF) position++
    if (position === end) return end
    if (buffer[position] === LF) return this.refuse(position, 'LF without CR')
    this.state = state.STATUS_LF
    return position + 1
  }

  protected endStatusLine(buffer: Buffer, i: number): number {
    if (buffer[i] !== LF) return this.refuse(i, 'a status line without LF')
    this.state = state.FIELD_START
    return i + 1
  }

  protected readHeadLf(buffer: Buffer, i: number): number {
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
}

function isDigit(octet: number): boolean {
  return octet >= 48 && octet <= 57
}
