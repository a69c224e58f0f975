import { describe, expect, test } from 'vitest'
import type { FormatConfig } from '../../../../src/acquisition/records/decoders/kinds.js'
import type { Mapping } from '../../../../src/acquisition/records/mapping.js'
import { failure, fields, page, reading, reasons } from './page-rig.js'

const ndjson: FormatConfig = { type: 'ndjson' }
const two = [
  { id: '1', name: 'a' },
  { id: '2', name: 'b' },
]

describe('NDJSON', () => {
  test.each([
    ['LF', '{"id":"1","name":"a"}\n{"id":"2","name":"b"}\n'],
    ['CRLF', '{"id":"1","name":"a"}\r\n{"id":"2","name":"b"}\r\n'],
    ['a byte order mark', '\ufeff{"id":"1","name":"a"}\n{"id":"2","name":"b"}\n'],
    ['blank lines', '\n{"id":"1","name":"a"}\n  \r\n\n{"id":"2","name":"b"}\n\n'],
    ['no line break at the end', '{"id":"1","name":"a"}\n{"id":"2","name":"b"}'],
  ])('a line is a record, with %s', (_what, text) => {
    expect(fields(ndjson, text)).toEqual(two)
    expect(page(ndjson, text).recordCount).toBe(2)
  })

  test('numbers keep their digits', () => {
    const mapping: Mapping = {
      id: { type: 'integer', path: 'id', required: true },
      name: { type: 'string', path: 'price', required: true },
    }
    expect(fields(ndjson, '{"id":9007199254740993,"price":1.10}\n', { mapping })).toEqual([
      { id: '9007199254740993', name: '1.10' },
    ])
  })

  test('a bad line is a reject with its number; so is a line that is no object', () => {
    const text = '{"id":"1","name":"a"}\n\n{"id":"x",}\n17\n{"id":"2","name":"b"}\n'
    expect(reasons(ndjson, text)).toEqual([
      '1 INVALID_JSON line 3: it is not JSON: "{\\"id\\":\\"x\\",}"',
      '2 NOT_A_RECORD 17 is not an object',
    ])
    expect(page(ndjson, text).rejects[0]?.raw).toBe('"{\\"id\\":\\"x\\",}"')
    expect(fields(ndjson, text)).toEqual(two)
  })

  test('a last line that was cut off fails the page', () => {
    expect(failure(ndjson, '{"id":"1"}\n{"id":"2","na')).toMatch(/^TRUNCATED_BODY: .*in the middle of line 2/)
    expect(reasons(ndjson, '{"id":"1"}\n{"id":"2","na\n')).toHaveLength(1)
  })

  test('nothing is a page without records, and ends a stream that ends so', () => {
    const result = page(ndjson, '', { endWhen: [{ empty: true }] })
    expect(result).toMatchObject({ recordCount: 0, paging: { end: true } })
  })

  test.each([
    ['markup', '<html>\n</html>\n', undefined],
    ['a JSON array', '[{"id":"1"}]', 'application/json'],
    ['a JSON document', '{\n  "id": "1"\n}\n', 'application/json'],
    ['an error as JSON', '{"error":"busy"}', 'application/json'],
    ['a message in plain text', 'Service unavailable\n', 'text/plain'],
  ])('%s is another format', (_what, body, contentType) => {
    const rig = contentType === undefined ? {} : { contentType }
    expect(failure(ndjson, body, rig)).toMatch(/^UNEXPECTED_FORMAT: .*it begins with/)
  })

  test('what an error says is there for the rules for responses', () => {
    const { observed } = reading(ndjson, '{"error":"busy"}', { contentType: 'application/json' })
    expect(observed).toEqual({ error: '"busy"' })
  })

  test('a single line is a record, whatever its content type, and so is one with an error in it', () => {
    expect(page(ndjson, '{"id":"1"}\n', { contentType: 'application/json' }).records).toHaveLength(1)
    expect(page(ndjson, '{"id":"1","error":"x"}\n').records).toHaveLength(1)
  })
})
