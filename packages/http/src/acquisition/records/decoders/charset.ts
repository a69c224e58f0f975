import { isUtf8 } from 'node:buffer'
import { PageInvalidError } from '../page-invalid-error.js'
import { shown } from '../unreadable.js'

type Decoder = (bytes: Uint8Array) => string

/**
 * A page's bytes as text. A byte order mark tells the truth, and so do the NULs that UTF-16 and UTF-32 put
 * beside the ASCII with which JSON begins. JSON is UTF-8 (RFC 8259, 8.1), and other charsets hardly ever
 * happen to be valid UTF-8: what is, is UTF-8, whatever the content type says. Else its charset is obeyed.
 * @throws PageInvalidError
 */
export function decodeText(bytes: Uint8Array, contentType = ''): string {
  const wide = wideCharset(bytes)
  if (wide !== undefined) return decodeAs(wide, bytes)
  const labels = charsetLabels(contentType)
  if (labels.includes('iso-2022-jp') && bytes.includes(escape)) return decodeAs('iso-2022-jp', bytes)
  return attempt('utf-8', bytes) ?? decodeByLabel(bytes, labels)
}

/** How many bytes of a body become text at once. */
const PIECE_BYTES = 256 * 1024

/**
 * The same for a body that may be large: its text in pieces. `charset` is what the reader was told, and only a
 * byte order mark is believed more.
 * @throws PageInvalidError
 */
export function* decodePieces(bytes: Uint8Array, contentType = '', charset?: string): Generator<string> {
  const label = charsetOf(bytes, contentType, charset)
  // A decoder of our own, which takes whole bodies; nobody writes so.
  if (label === undefined || label.startsWith('utf-32')) return yield decodeText(bytes, contentType)
  const decoder = new TextDecoder(label, { fatal: true })
  try {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      yield decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true })
    }
    yield decoder.decode()
  } catch (error) {
    throw error instanceof TypeError ? invalidEncoding(label) : error
  }
}

/** Undefined where it shows only by trying. */
function charsetOf(bytes: Uint8Array, contentType: string, charset?: string): string | undefined {
  if (charset !== undefined) return byteOrderMark(bytes) ?? charset
  const wide = wideCharset(bytes)
  if (wide !== undefined) return wide
  const labels = charsetLabels(contentType)
  if (labels.includes('iso-2022-jp') && bytes.includes(escape)) return 'iso-2022-jp'
  return isUtf8(bytes) ? 'utf-8' : labels.find(label => decoderOf(label) !== undefined)
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  return (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) ? wideCharset(bytes) : undefined
}

/** Nothing else of its kind is made of seven bits, and so valid UTF-8 with another meaning. */
const escape = 0x1b

/** UTF-16 or UTF-32, by byte order mark or by NULs. */
function wideCharset(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'utf-32le' : 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a === 0 && b === 0) return 'utf-32be'
  if (a === 0 && b !== undefined) return 'utf-16be'
  if (b === 0) return c === 0 && d === 0 ? 'utf-32le' : 'utf-16le'
  return undefined
}

const longestContentType = 1_000
const charsetParameter = /charset\s{0,9}=[\s"'=]{0,9}(?:charset\s{0,9}=[\s"'=]{0,9})?([^\s"'=;,]+)/gi

/** All that name one: headers come doubled, quoted either way, and as `charset=charset=utf-8`. */
function charsetLabels(contentType: string): string[] {
  const matches = contentType.slice(0, longestContentType).matchAll(charsetParameter)
  return [...matches].map(([, label = '']) => label.toLowerCase())
}

function decodeByLabel(bytes: Uint8Array, labels: readonly string[]): string {
  const known = labels.filter(label => decoderOf(label) !== undefined)
  for (const label of known) {
    const text = attempt(label, bytes)
    if (text !== undefined) return text
  }
  const [label] = labels
  if (label === undefined || known.length > 0) throw invalidEncoding(known[0] ?? 'utf-8')
  throw new PageInvalidError(
    'UNSUPPORTED_CHARSET',
    `the body is not UTF-8, and its charset ${shown(label)} is unknown`,
  )
}

function decodeAs(charset: string, bytes: Uint8Array): string {
  const text = attempt(charset, bytes)
  if (text === undefined) throw invalidEncoding(charset)
  return text
}

function attempt(charset: string, bytes: Uint8Array): string | undefined {
  try {
    return decoderOf(charset)?.(bytes)
  } catch {
    return undefined
  }
}

function invalidEncoding(charset: string): PageInvalidError {
  return new PageInvalidError('INVALID_ENCODING', `the body is not ${charset}`)
}

const decoders = new Map<string, Decoder>([
  ['utf-32le', bytes => decodeUtf32(bytes, true)],
  ['utf-32be', bytes => decodeUtf32(bytes, false)],
])

/** A server names its charset freely; only what exists is kept, so the map stays small. */
function decoderOf(charset: string): Decoder | undefined {
  const known = decoders.get(charset)
  if (known !== undefined) return known
  try {
    const decoder = new TextDecoder(charset, { fatal: true })
    const decode: Decoder = bytes => decoder.decode(bytes)
    decoders.set(charset, decode)
    return decode
  } catch {
    return undefined
  }
}

/** @throws RangeError for what is no Unicode. */
function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  if (bytes.byteLength % 4 !== 0) throw new RangeError('the bytes are no whole characters')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ''
  for (let at = 0; at < bytes.byteLength; at += 4) {
    const point = view.getUint32(at, littleEndian)
    if (point >= 0xd800 && point <= 0xdfff) throw new RangeError('a surrogate is no character')
    if (at > 0 || point !== 0xfeff) text += String.fromCodePoint(point)
  }
  return text
}
