import { parse as parseExactly } from 'lossless-json'
import { exactOrText } from '../exact-number.js'
import { hasLongNumber, isCutShort } from './json-scan.js'
import { PageInvalidError } from '../page-invalid-error.js'
import { shown } from '../unreadable.js'

/**
 * A page's bytes as a JSON value that has lost no digit: JSON.parse, or lossless-json for a page with a
 * number of 16 digits or more (then such numbers are LosslessNumber objects).
 * @throws PageInvalidError
 */
export function parsePage(bytes: Uint8Array, contentType?: string): unknown {
  const text = decode(bytes, charsetOf(bytes, contentType))
  try {
    return hasLongNumber(text) ? parseLong(text) : JSON.parse(text)
  } catch (error) {
    throw invalid(text, error)
  }
}

/** As JSON.parse does, the last of several equal keys wins. */
function parseLong(text: string): unknown {
  return parseExactly(text, null, { parseNumber: exactOrText, onDuplicateKey: ({ newValue }) => newValue })
}

/** A byte order mark tells the truth, the header comes next, and JSON is UTF-8 (RFC 8259, 8.1). */
function charsetOf(bytes: Uint8Array, contentType: string | undefined): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8'
}

type Decoder = InstanceType<typeof TextDecoder>

const decoders = new Map<string, Decoder>()

function decode(bytes: Uint8Array, charset: string): string {
  const decoder = decoderOf(charset)
  try {
    return decoder.decode(bytes)
  } catch (error) {
    throw new PageInvalidError('INVALID_ENCODING', `the body is not ${charset}`, { cause: error })
  }
}

function decoderOf(charset: string): Decoder {
  const known = decoders.get(charset)
  if (known !== undefined) return known
  try {
    const decoder = new TextDecoder(charset, { fatal: true })
    // A server names its charset freely; only what exists is kept, so the map stays small.
    decoders.set(charset, decoder)
    return decoder
  } catch (error) {
    const message = `the body's charset is ${shown(charset)}, which is unknown`
    throw new PageInvalidError('UNSUPPORTED_CHARSET', message, { cause: error })
  }
}

function invalid(text: string, cause: unknown): PageInvalidError {
  if (cause instanceof RangeError) {
    return new PageInvalidError('INVALID_JSON', 'the JSON is nested too deep to be read exactly', { cause })
  }
  const trimmed = text.trimStart()
  const beginning = `it begins with ${shown(trimmed.slice(0, 200))}`
  if (trimmed === '') return new PageInvalidError('EMPTY_BODY', 'the body is empty', { cause })
  if (trimmed.startsWith('<')) {
    return new PageInvalidError('MARKUP_NOT_JSON', `the body is markup, not JSON: ${beginning}`, { cause })
  }
  if (/^[[{"]/.test(trimmed) && isCutShort(trimmed)) {
    const message = `the body ends in the middle of its JSON, after ${text.length} characters`
    return new PageInvalidError('TRUNCATED_JSON', message, { cause })
  }
  return new PageInvalidError('INVALID_JSON', `the body is not JSON: ${beginning}`, { cause })
}
