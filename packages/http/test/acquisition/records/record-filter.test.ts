import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePage } from '../../../src/acquisition/records/decoders/json.js'
import { compareDecimals } from '../../../src/acquisition/records/decimal-order.js'
import { isUnbounded, recordFilter } from '../../../src/acquisition/records/record-filter.js'
import type { Where } from '../../../src/acquisition/records/where.js'

const read = (json: string): unknown => parsePage(new Uint8Array(Buffer.from(json)))
const passes = (where: Where, json: string): boolean => recordFilter(where)(read(json))
const value = (rule: object, json: string): boolean =>
  passes({ path: 'v', ...rule } as Where, `{"v":${json}}`)

describe('where', () => {
  test.each([
    [{ is: false }, 'false', true],
    [{ is: false }, '"false"', false],
    [{ is: false }, '0', false],
    [{ is: 'a' }, '"a"', true],
    [{ is: '1' }, '1', false],
    [{ is: 1 }, '1.0', true],
    [{ is: 1.1 }, '1.10', true],
    [{ is: 1100 }, '1.1e3', true],
    [{ is: 0 }, '-0', true],
    [{ is: 9007199254740992 }, '9007199254740993', false],
    [{ is: null }, 'null', true],
    [{ in: ['a', 2] }, '2.00', true],
    [{ in: ['a', 2] }, '"2"', false],
    [{ exists: true }, 'null', false],
    [{ exists: false }, 'null', true],
    [{ exists: true }, 'false', true],
    [{ matches: '^a+$' }, '"aaa"', true],
    [{ matches: '^a+$' }, '"baa"', false],
    [{ matches: '50$' }, '1.50', true],
    [{ matches: 'true' }, 'true', false],
    [{ after: 10 }, '10.000000000000000001', true],
    [{ after: 10 }, '"10.5"', true],
    [{ after: 10 }, '"ten"', false],
    [{ before: 10 }, '-1e300', true],
    [{ before: '2024-01-01' }, '"2024-01-01T00:30:00+01:00"', true],
    [{ before: '2024-01-01' }, '"2024-01-01T00:00:00Z"', false],
    [{ after: '2024-01-01' }, '"2024-01-02"', true],
    [{ after: '2024-01-01' }, '"later"', false],
    [{ after: '2024-01-01' }, '99999999999', false],
  ])('%j of %s is %s', (rule, json, expected) => {
    expect(value(rule, json)).toBe(expected)
  })

  test('a list must hold as a whole; any and not are said in words', () => {
    const where: Where = [
      {
        any: [
          { path: 'kind', is: 'a' },
          [
            { path: 'kind', is: 'b' },
            { path: 'n', after: 1 },
          ],
        ],
      },
      { not: { path: 'gone', is: true } },
    ]
    expect(passes(where, '{"kind":"a"}')).toBe(true)
    expect(passes(where, '{"kind":"b","n":1}')).toBe(false)
    expect(passes(where, '{"kind":"b","n":2}')).toBe(true)
    expect(passes(where, '{"kind":"a","gone":true}')).toBe(false)
    expect(isUnbounded(where)).toBe(false)
    expect(isUnbounded({ not: [{ any: [{ path: 'a', matches: 'x' }] }] })).toBe(true)
  })

  test('of what a path with * leads to one is enough', () => {
    expect(passes({ path: 'tags[*].name', is: 'x' }, '{"tags":[{"name":"y"},{"name":"x"}]}')).toBe(true)
    expect(passes({ path: 'tags[*].name', exists: false }, '{"tags":[{},{"name":null}]}')).toBe(true)
  })

  test('a limit that is no date is told at once', () => {
    expect(() => recordFilter({ path: 'v', after: 'yesterday' })).toThrow(
      /"yesterday"; allowed is one by ISO/,
    )
  })

  test('decimals are ordered by value, whatever their length', () => {
    const decimal = fc.tuple(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.nat(20))
    fc.assert(
      fc.property(decimal, decimal, ([a, p], [b, q]) => {
        const exact = a * 10n ** BigInt(20 - p) - b * 10n ** BigInt(20 - q)
        const sign = exact < 0n ? -1 : exact > 0n ? 1 : 0
        expect(compareDecimals(written(a, p), written(b, q))).toBe(sign)
      }),
    )
  })
})

function written(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0')
  const point = digits.length - places
  const fraction = places === 0 ? '' : `.${digits.slice(point)}`
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${fraction}`
}
