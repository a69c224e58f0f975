import { gunzipSync } from 'node:zlib'
import { PageInvalidError } from '../page-invalid-error.js'

/** The first two bytes of a member, and the one method that there is (RFC 1952, 2.3.1). */
const magic = [0x1f, 0x8b, 0x08] as const
/** The smallest member: a head, an empty block and a trailer. */
const LEAST_BYTES = 20
const LEAST_CHUNK = 64 * 1024

/**
 * A file that is gzip is unpacked, whatever the headers say: no text begins so. It may have several members. No
 * more than `maxBytes` are ever made of it.
 * @throws PageInvalidError
 */
export function gunzipped(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (!isGzip(bytes)) return bytes
  const maxOutputLength = Math.max(1, Math.min(maxBytes, 2 ** 32 - 1))
  try {
    return gunzipSync(bytes, { maxOutputLength, chunkSize: chunkSize(bytes, maxOutputLength) })
  } catch (error) {
    throw invalid(bytes.length, maxBytes, error)
  }
}

export function isGzip(bytes: Uint8Array): boolean {
  return magic.every((octet, at) => bytes[at] === octet)
}

/** What the trailer tells of its size, so that it need not be put together from parts; it may lie. */
function chunkSize(bytes: Uint8Array, most: number): number {
  if (bytes.length < LEAST_BYTES) return LEAST_CHUNK
  const told = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 4, true)
  return Math.max(LEAST_CHUNK, Math.min(told + 1, most))
}

function invalid(length: number, maxBytes: number, cause: unknown): PageInvalidError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    const message = `unpacked, the body of ${length} bytes is over ${maxBytes} bytes`
    return new PageInvalidError('BODY_TOO_LARGE', message, { cause })
  }
  if (code === 'Z_BUF_ERROR') {
    const message = `the body ends in the middle of its gzip, after ${length} bytes`
    return new PageInvalidError('TRUNCATED_BODY', message, { cause })
  }
  const why = cause instanceof Error ? cause.message : String(cause)
  return new PageInvalidError('INVALID_GZIP', `the body is damaged gzip: ${why}`, { cause })
}
