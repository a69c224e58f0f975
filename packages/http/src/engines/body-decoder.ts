import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib'
import { errorCode, TransportError } from './transport-error.js'

/** What the decoder understands, as a value of Accept-Encoding. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br'

/** A chain longer than this is an attack, not a response. */
const LONGEST_CHAIN = 5

interface ZlibOptions {
  readonly maxOutputLength?: number
}
type Decode = (body: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>

const unzip: Decode = promisify(gunzip) as Decode
const unwrap: Decode = promisify(inflate) as Decode
const unwrapRaw: Decode = promisify(inflateRaw) as Decode

/** "deflate" means the zlib format (RFC 9110, 8.4.1.2), yet some servers send the raw one. */
const inflateEither: Decode = (body, options) =>
  ((body[0] ?? 0) & 0x0f) === 8 ? unwrap(body, options) : unwrapRaw(body, options)

const decoders: Readonly<Record<string, Decode>> = {
  gzip: unzip,
  'x-gzip': unzip,
  deflate: inflateEither,
  br: promisify(brotliDecompress) as Decode,
}

/** Registered codings (IANA) that are not understood here. Any other name is no coding. */
const unsupported = new Set([
  'aes128gcm',
  'compress',
  'x-compress',
  'dcb',
  'dcz',
  'exi',
  'pack200-gzip',
  'zstd',
])

/**
 * Undoes a Content-Encoding off the main thread. Servers write much there that is no coding (`none`, `UTF-8`,
 * a content type): then the body is plain. No step ever makes more than `maxBytes`, however small the input.
 * @throws TransportError BODY_TOO_LARGE, or BAD_ENCODING when the body is not what the header says, or in a
 * coding that is not supported.
 */
export async function decodeBody(body: Uint8Array, encoding: string, maxBytes: number): Promise<Uint8Array> {
  const chain = encodingsOf(encoding)
  if (chain.length > LONGEST_CHAIN) throw badEncoding(encoding)
  let decoded = body
  for (const name of chain.toReversed()) decoded = await decodeOnce(decoded, name, maxBytes)
  if (decoded.byteLength > maxBytes) throw bodyTooLarge(maxBytes)
  return ownBytes(decoded)
}

/** The bytes, alone in an ArrayBuffer: copied only if they share one. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength && !Buffer.isBuffer(bytes)
    ? bytes
    : new Uint8Array(bytes)
}

export function bodyTooLarge(maxBytes: number): TransportError {
  return new TransportError('BODY_TOO_LARGE', `the body is over ${maxBytes} bytes`)
}

/** How many encoded bytes may arrive for a body of at most `maxBytes`: an encoding may add a little. */
export function encodedLimit(maxBytes: number): number {
  return maxBytes + maxBytes / 1000 + 1024
}

function encodingsOf(header: string): string[] {
  const names = header.toLowerCase().split(',')
  return names.map(name => name.trim()).filter(name => Object.hasOwn(decoders, name) || unsupported.has(name))
}

async function decodeOnce(body: Uint8Array, name: string, maxBytes: number): Promise<Uint8Array> {
  const decode = decoders[name]
  if (decode === undefined) {
    const message = `the body is in ${JSON.stringify(name)}; understood are ${ACCEPTED_ENCODINGS}`
    throw new TransportError('BAD_ENCODING', message)
  }
  try {
    return await decode(body, maxBytes === Infinity ? {} : { maxOutputLength: Math.max(1, maxBytes) })
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(maxBytes)
    throw badEncoding(name, error)
  }
}

function badEncoding(encoding: string, cause?: unknown): TransportError {
  return new TransportError('BAD_ENCODING', `the body does not decode as ${JSON.stringify(encoding)}`, {
    cause,
  })
}
