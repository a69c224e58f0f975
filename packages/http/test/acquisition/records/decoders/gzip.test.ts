import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { FormatConfig } from '../../../../src/acquisition/records/decoders/kinds.js'
import { failure, fields } from './page-rig.js'

const csv: FormatConfig = { type: 'csv' }
const text = 'id,name\n1,a\n2,b\n'
const two = [
  { id: '1', name: 'a' },
  { id: '2', name: 'b' },
]
const gzip = (body: string | Buffer) => new Uint8Array(gzipSync(body))

describe('a body that is gzip', () => {
  test.each([
    ['csv', text],
    ['ndjson', '{"id":"1","name":"a"}\n{"id":"2","name":"b"}\n'],
    ['json', '[{"id":"1","name":"a"},{"id":"2","name":"b"}]'],
  ] as const)('is unpacked by its first bytes: %s', (type, body) => {
    expect(fields({ type }, gzip(body))).toEqual(two)
    expect(fields({ type }, gzip(body), { contentType: 'application/gzip' })).toEqual(two)
    expect(fields({ type }, body, { contentType: 'application/gzip' })).toEqual(two)
  })

  test('may have several members, and zeros behind the last', () => {
    const members = Buffer.concat([gzip(text.slice(0, 9)), gzip(text.slice(9)), Buffer.alloc(100)])
    expect(fields(csv, new Uint8Array(members))).toEqual(two)
  })

  test('is an error wherever it was cut off', () => {
    const whole = Buffer.concat([gzip(text.slice(0, 9)), gzip(text.slice(9))])
    const first = gzip(text.slice(0, 9)).length
    for (let length = 3; length < whole.length; length += 1) {
      const told = failure(csv, new Uint8Array(whole.subarray(0, length)))
      // A member's end may be the file's: then the table itself must tell.
      expect(told, `after ${length} bytes`).toMatch(
        length === first ? /^TRUNCATED_BODY: .*line 2/ : /^TRUNCATED_BODY|^INVALID/,
      )
    }
  })

  test('is an error where its checksum tells so, or other bytes follow', () => {
    const damaged = gzip(text)
    damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 255
    expect(failure(csv, damaged)).toMatch(/^INVALID_GZIP/)
    expect(failure(csv, new Uint8Array(Buffer.concat([gzip(text), Buffer.from('more')])))).toMatch(
      /^INVALID_GZIP/,
    )
  })

  test('is refused when it grows over the limit, without being unpacked whole', () => {
    const bomb = gzip(Buffer.alloc(300 * 2 ** 20, 'a'))
    const before = process.memoryUsage().rss
    expect(failure(csv, bomb, { maxBytes: 1_000 })).toBe(
      `BODY_TOO_LARGE: unpacked, the body of ${bomb.length} bytes is over 1000 bytes`,
    )
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 2 ** 20)
    expect(fields(csv, gzip(text), { maxBytes: text.length })).toEqual(two)
    expect(failure(csv, gzip(text), { maxBytes: text.length - 1 })).toMatch(/^BODY_TOO_LARGE/)
  })

  test('may lie about its size', () => {
    const lying = gzip(text)
    new DataView(lying.buffer).setUint32(lying.length - 4, 0xffff_ffff, true)
    expect(failure(csv, lying, { maxBytes: 1_000 })).toMatch(/^INVALID_GZIP: .*length/)
  })
})
