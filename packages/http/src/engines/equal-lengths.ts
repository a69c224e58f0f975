import type { Socket } from 'node:net'

const HEAD_START = Buffer.from('HTTP/1.')
/** A length that is told twice, in whatever way; nearly no head has one, and each is looked at. */
const TWICE = /\ncontent-length:(?:[\d \t]*,|[^]*?\ncontent-length:)/i
const LENGTH_LINES = /(?<=\n)content-length:[ \t]*([\d ,]*)\r\n/gi
const LIST_OF_LENGTHS = /^\d+ *(?:, *\d+ *)*$/

/**
 * Lets a Content-Length that is told twice be one where it is equal (RFC 9110, 8.6), by lines or in a list:
 * llhttp, undici's parser, refuses even that. Only for a head that comes in one piece, as nearly all do.
 */
export function mergeEqualLengths(socket: Socket): void {
  const read = socket.read.bind(socket)
  socket.read = size => {
    const chunk = read(size) as Buffer | null
    return chunk !== null && HEAD_START.equals(chunk.subarray(0, HEAD_START.length)) ? merged(chunk) : chunk
  }
}

function merged(chunk: Buffer): Buffer {
  const end = chunk.indexOf('\r\n\r\n')
  if (end < 0) return chunk
  const head = chunk.toString('latin1', 0, end + 2)
  if (!TWICE.test(head)) return chunk
  const told = [...head.matchAll(LENGTH_LINES)].map(([, value = '']) => value.trim())
  const lengths = told.flatMap(value => value.split(','))
  if (lengths.length < 2 || !told.every(value => LIST_OF_LENGTHS.test(value))) return chunk
  if (new Set(lengths.map(Number)).size > 1) return chunk
  const once = `${head.replaceAll(LENGTH_LINES, '')}Content-Length: ${lengths[0]?.trim()}\r\n`
  return Buffer.concat([Buffer.from(once, 'latin1'), chunk.subarray(end + 2)])
}
