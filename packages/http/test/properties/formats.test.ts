import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { delimitedRows } from '../../src/acquisition/records/decoders/delimited-rows.js'
import { linesOf } from '../../src/acquisition/records/decoders/lines.js'

const value = fc.oneof(
  fc.constant(null),
  fc.string({ unit: fc.constantFrom(...Array.from('ab,;"\t\r\n é€😀')), maxLength: 6 }),
)
const table = fc
  .integer({ min: 1, max: 4 })
  .chain(width =>
    fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
  )

interface Writing {
  readonly delimiter: string
  readonly newline: string
  readonly isEnded: boolean
}
const writing = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t'),
  newline: fc.constantFrom('\n', '\r\n'),
  isEnded: fc.boolean(),
})

function write(
  rows: readonly (readonly (string | null)[])[],
  { delimiter, newline, isEnded }: Writing,
): string {
  const lines = rows.map(row => row.map(text => written(text, delimiter)).join(delimiter))
  return lines.join(newline) + (isEnded ? newline : '')
}

function written(text: string | null, delimiter: string): string {
  if (text === null) return ''
  const isPlain = text !== '' && !/["\r\n]/.test(text) && !text.includes(delimiter)
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`
}

/** The text in pieces that end anywhere. */
function cut(text: string, places: readonly number[]): string[] {
  const ends = [...new Set(places.map(place => place % (text.length + 1)))].sort((a, b) => a - b)
  return [0, ...ends].map((start, at) => text.slice(start, ends[at] ?? text.length))
}

const places = fc.array(fc.nat(), { maxLength: 8 })

describe('formats, by property', () => {
  test('what a writer of tables writes is read back, wherever the text is cut', () => {
    fc.assert(
      fc.property(table, writing, places, (rows, how, at) => {
        const text = write(rows, how)
        const read = [...delimitedRows(cut(text, at), { delimiter: how.delimiter, quote: '"' })]
        // An unended row without anything cannot be seen.
        const isSeen = how.isEnded || write(rows.slice(-1), how) !== ''
        expect(read.map(row => row.values)).toEqual(isSeen ? rows : rows.slice(0, -1))
        expect(read.every(row => row.problem === undefined)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  test('any text at all reads the same in one piece and in several, with the same lines', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('ab,"\r\n')), maxLength: 40 })
    const rowsOf = (pieces: readonly string[]): unknown => {
      try {
        return [...delimitedRows(pieces, { delimiter: ',', quote: '"' })]
      } catch (error) {
        return String(error)
      }
    }
    fc.assert(
      fc.property(text, places, (body, at) => {
        expect(rowsOf(cut(body, at))).toEqual(rowsOf([body]))
      }),
      { numRuns: 2_000 },
    )
  })

  test('rows count all lines of the text', () => {
    fc.assert(
      fc.property(table, writing, (rows, how) => {
        const text = write(rows, { ...how, isEnded: true })
        const read = [...delimitedRows([text, 'last'], { delimiter: how.delimiter, quote: '"' })]
        expect(read.at(-1)?.line).toBe(text.split('\n').length)
      }),
    )
  })

  test('lines come whole, wherever the text is cut', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('ab\r\n')), maxLength: 30 })
    fc.assert(
      fc.property(text, places, (body, at) => {
        const lines = [...linesOf(cut(body, at))]
        expect(lines.map(line => line.text + (line.isEnded ? '\n' : '')).join('')).toBe(body)
        expect(lines.map(line => line.number)).toEqual(lines.map((_, index) => index + 1))
        expect(lines.slice(0, -1).every(line => line.isEnded)).toBe(true)
      }),
    )
  })
})
