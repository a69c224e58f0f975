import { LineParser } from './line-parser.js'
import * as octets from './octets.js'
import * as state from './parser-states.js'

// Local to this module they are constants to the compiler.
const { IS_TOKEN, IS_VALUE, NAMES } = octets

const HTAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const COMMA = 44
const COLON = 58
const CONNECTION_TOKENS = octets.KEEP_ALIVE | octets.CLOSE

/**
 * Header and trailer fields. Those that frame the message are understood while they are read; the others are
 * only checked. Each method takes the bytes of one state and returns where it stopped.
 */
export abstract class FieldParser extends LineParser {
  /** The names or tokens that fit what was read so far. */
  private mask = 0
  /** Which of the names that frame a message this field has; 0 for all others. */
  private field = 0

  protected readName(buffer: Buffer, i: number, end: number): number {
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

  protected beforeValue(buffer: Buffer, i: number, end: number): number {
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
        this.size = 0
        return (this.flags & octets.LENGTH_GIVEN) === 0 ? state.LENGTH : this.failed('Content-Length twice')
      case octets.NAME_TRANSFER_ENCODING:
        // Several fields are one list: only the last coding of the last of them counts.
        this.flags = (this.flags | octets.ENCODED) & ~octets.CHUNKED
        return state.LIST
      default:
        return state.LIST
    }
  }

  protected afterEmptyValue(buffer: Buffer, i: number): number {
    if (isBlank(buffer[i])) return this.refuse(i, 'a folded field')
    if (this.field === octets.NAME_CONTENT_LENGTH) return this.refuse(i, 'an empty Content-Length')
    if (this.field === octets.NAME_TRANSFER_ENCODING) return this.refuse(i, 'an empty Transfer-Encoding')
    this.state = state.FIELD_START
    return i
  }

  protected readValue(buffer: Buffer, i: number, end: number): number {
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

  protected readLength(buffer: Buffer, i: number, end: number): number {
    const octet = buffer[i] as number
    if (isDigit(octet) && this.state === state.LENGTH) {
      this.size = this.size * 10 + octet - 48
      if (this.size <= Number.MAX_SAFE_INTEGER) return i + 1
      return this.refuse(i, 'a Content-Length beyond 2^53 - 1')
    }
    if (octet === SPACE) {
      this.state = state.AFTER_LENGTH
      return i + 1
    }
    if (octet !== CR) return this.refuse(i, 'a bad byte in Content-Length')
    this.flags |= octets.LENGTH_GIVEN
    return this.endValue(buffer, i, end)
  }

  /** Connection and Transfer-Encoding: the tokens that matter are told from all others as they come. */
  protected readList(buffer: Buffer, i: number, end: number): number {
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

  protected afterValue(buffer: Buffer, i: number): number {
    if (isBlank(buffer[i])) return this.refuse(i, 'a folded field')
    if (this.field !== 0) this.applyKnown()
    this.state = state.FIELD_START
    return i
  }

  private applyKnown(): void {
    // A token that ended the value; `mask` still holds it.
    if (octets.TOKEN_LENGTH[this.mask] === this.at) this.flags |= this.mask
  }

  protected beginField(buffer: Buffer, i: number, end: number): number {
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
}

function isDigit(octet: number): boolean {
  return octet >= 48 && octet <= 57
}

function isBlank(octet: number | undefined): boolean {
  return octet === SPACE || octet === HTAB
}
