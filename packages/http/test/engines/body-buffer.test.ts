import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BodyBuffer } from '../../src/engines/body-buffer.js'

const buffered = (body: BodyBuffer): number => (body as unknown as { buffer: Uint8Array }).buffer.length

describe('BodyBuffer', () => {
  test('N-26 joins any pieces in their order, told a size or not, alone in its buffer', () => {
    const piece = fc.uint8Array({ maxLength: 300 })
    fc.assert(
      fc.property(fc.array(piece), fc.nat(2_000), fc.boolean(), (pieces, told, isTold) => {
        const body = new BodyBuffer()
        if (isTold) body.expect(told)
        for (const each of pieces) body.add(each, Infinity)
        const whole = body.take()
        expect(Buffer.from(whole)).toEqual(Buffer.concat(pieces))
        expect(whole.buffer.byteLength).toBe(whole.byteLength)
      }),
    )
  })

  test('N-26 a million pieces of one byte take what a body of that size takes', () => {
    const body = new BodyBuffer()
    const socketRead = new Uint8Array(65_536)
    for (let i = 0; i < 1_000_000; i += 1)
      body.add(socketRead.subarray(i % 65_536, (i % 65_536) + 1), Infinity)
    expect(buffered(body)).toBeLessThan(2_000_000)
    expect(body.take()).toHaveLength(1_000_000)
  })

  test('N-26 it takes no more than its room, and keeps nothing of what was read from the socket', () => {
    const body = new BodyBuffer()
    const socketRead = new Uint8Array([1, 2, 3])
    for (let i = 0; i < 300; i += 1) {
      body.add(socketRead, 1_000)
      expect(buffered(body)).toBeLessThanOrEqual(1_000)
    }
    socketRead.fill(9)
    expect([...body.take().subarray(-3)]).toEqual([1, 2, 3])
  })
})
