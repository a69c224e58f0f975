import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeBody } from '../../src/engines/body-decoder.js'
import { errorCode } from '../../src/engines/index.js'

const plain = Buffer.from('the quick brown fox '.repeat(50))
const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'none', errorCode)

test.each([
  ['gzip', gzipSync(plain)],
  ['x-gzip', gzipSync(plain)],
  ['deflate', deflateSync(plain)],
  ['Deflate', deflateRawSync(plain)],
  ['br', brotliCompressSync(plain)],
  ['identity', plain],
  ['gzip, br', brotliCompressSync(gzipSync(plain))],
])('decodes %s into a buffer of its own', async (encoding, body) => {
  const decoded = await decodeBody(body, encoding, 10_000)
  expect(Buffer.compare(decoded, plain)).toBe(0)
  expect(decoded.buffer.byteLength).toBe(decoded.byteLength)
})

test('the bound is exact', async () => {
  const body = gzipSync(plain)
  expect(await code(decodeBody(body, 'gzip', plain.length))).toBe('none')
  expect(await code(decodeBody(body, 'gzip', plain.length - 1))).toBe('BODY_TOO_LARGE')
})

test('a bomb inside a bomb stays under the bound', async () => {
  const bomb = gzipSync(gzipSync(Buffer.alloc(50_000_000)))
  expect(await code(decodeBody(bomb, 'gzip, gzip', 100_000))).toBe('BODY_TOO_LARGE')
})

test.each([
  ['zstd', plain],
  ['gzip', plain],
  ['gzip', gzipSync(plain).subarray(0, 20)],
  ['br, br, br, br, br, br', plain],
])('what is not %s is named', async (encoding, body) => {
  expect(await code(decodeBody(body, encoding, 10_000))).toBe('BAD_ENCODING')
})

test.each([
  'none',
  'UTF-8',
  'identity',
  '',
  'Identity',
  'utf8',
  'binary',
  'application/json',
  'none, identity',
])('N-13 %j on a plain body is no coding', async encoding => {
  const decoded = await decodeBody(plain, encoding, 10_000)
  expect(Buffer.compare(decoded, plain)).toBe(0)
})

test('N-13 beside a coding it changes nothing', async () => {
  expect(Buffer.compare(await decodeBody(gzipSync(plain), 'UTF-8, gzip', 10_000), plain)).toBe(0)
})

test.each(['zstd', 'compress', 'dcb'])(
  'N-13 %s is a coding that is not understood, and the error says so',
  async name => {
    await expect(decodeBody(plain, name, 10_000)).rejects.toMatchObject({
      code: 'BAD_ENCODING',
      message: `the body is in "${name}"; understood are gzip, deflate, br`,
    })
  },
)
