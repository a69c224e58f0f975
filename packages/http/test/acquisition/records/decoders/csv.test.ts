import { describe, expect, test } from 'vitest'
import type { FormatConfig } from '../../../../src/acquisition/records/decoders/kinds.js'
import type { Mapping } from '../../../../src/acquisition/records/mapping.js'
import { failure, fields, page, reading, reasons } from './page-rig.js'

const csv: FormatConfig = { type: 'csv' }

describe('CSV', () => {
  test('a row is a record of texts; nothing is null, and an empty quoted text is a text', () => {
    expect(fields(csv, 'id,name\n1,Anna\n2,\n3,""\n')).toEqual([
      { id: '1', name: 'Anna' },
      { id: '2', name: null },
      { id: '3', name: '' },
    ])
  })

  test('quoted texts hold delimiters, quotes and line breaks', () => {
    expect(fields(csv, 'id,name\r\n"1","a, ""b""\r\nc"\r\n2,5" pipe\r\n')).toEqual([
      { id: '1', name: 'a, "b"\r\nc' },
      { id: '2', name: '5" pipe' },
    ])
  })

  test.each([
    ['LF', 'id,name\n1,a\n2,b\n'],
    ['CRLF', 'id,name\r\n1,a\r\n2,b\r\n'],
    ['CR', 'id,name\r1,a\r2,b\r'],
    ['no line break at the end', 'id,name\n1,a\n2,b'],
    ['CRLF, but none at the end', 'id,name\r\n1,a\r\n2,"b"'],
    ['a byte order mark and quoted names', '\ufeff"id","name"\n1,a\n2,b\n'],
    ['white space around the names', 'id , name\n1,a\n2,b\n'],
    ['empty lines', '\n\nid,name\n\n1,a\n\n2,b\n\n'],
  ])('lines with %s read the same', (_what, text) => {
    expect(fields(csv, text)).toEqual([
      { id: '1', name: 'a' },
      { id: '2', name: 'b' },
    ])
  })

  test('a ragged row is a reject with its line; its neighbours are taken', () => {
    const text = 'id,name\n1,"a\nb"\n2\n3,c,d\n4,e\n'
    expect(reasons(csv, text)).toEqual([
      '1 RAGGED_ROW line 4: it has 1 values for 2 columns',
      '2 RAGGED_ROW line 5: it has 3 values for 2 columns',
    ])
    expect(page(csv, text).rejects.map(({ raw }) => raw)).toEqual(['"2"', '"3,c,d"'])
    expect(fields(csv, text)).toHaveLength(2)
    expect(page(csv, text).recordCount).toBe(4)
  })

  test('a text that goes on after its closing quote is a reject, to the end of the line', () => {
    const text = 'id,name\n1,"a"b,"c\n2,d\n'
    expect(reasons(csv, text)).toEqual(['0 BAD_QUOTE line 2: a text goes on after its closing "'])
    expect(fields(csv, text)).toEqual([{ id: '2', name: 'd' }])
  })

  test.each([
    ['within quotes', 'id,name\n1,a\n2,"b\n3,c\n', 'row that begins at line 3'],
    ['within its last row', 'id,name\n1,a\n2', 'in the middle of line 3, with 1 of 2 values'],
  ])('a body that ends %s was cut off', (_where, text, told) => {
    expect(failure(csv, text)).toMatch(/^TRUNCATED_BODY: /)
    expect(failure(csv, text)).toContain(told)
  })

  test.each([
    ['id,name,id,name,x\n1,2,3,4,5\n', 'the header has "id", "name" more than once'],
    ['id,,name,\n1,2,3,4\n', 'the header has no name for column 2, 4'],
    ['id;name\n1;2\n', 'the header is one column, "id;name"; is its delimiter ";"?'],
  ])('a header that cannot be used says why: %j', (text, told) => {
    expect(failure(csv, text)).toMatch(/^INVALID_HEADER: /)
    expect(failure(csv, text)).toContain(told)
  })

  test('columns are named by the file, beside a header or without one', () => {
    const columns = ['id', 'name']
    const expected = [{ id: '1', name: 'a' }]
    expect(fields({ type: 'csv', header: false, columns }, '1,a\n')).toEqual(expected)
    expect(fields({ type: 'csv', header: true, columns }, 'x,x\n1,a\n')).toEqual(expected)
    expect(failure({ type: 'csv', columns }, 'x,y,z\n1,2,3\n')).toContain('3 columns, and columns names 2')
  })

  test('a header alone is a page without records; nothing at all is none', () => {
    expect(page(csv, 'id,name\n').recordCount).toBe(0)
    expect(failure(csv, '')).toMatch(/^EMPTY_BODY/)
    expect(failure(csv, '\n \n')).not.toBe('none')
    expect(page({ type: 'csv', header: false, columns: ['id', 'name'] }, '').recordCount).toBe(0)
  })

  test('other delimiters and quotes, and lines before the table', () => {
    const own: FormatConfig = { type: 'csv', delimiter: ';', quote: "'", skipLines: 2 }
    const text = "Report\n'of today\nid;name\n1;'a;''b'''\n2\n"
    expect(fields(own, text)).toEqual([{ id: '1', name: "a;'b'" }])
    expect(reasons(own, text)).toEqual(['1 RAGGED_ROW line 5: it has 1 values for 2 columns'])
    expect(fields({ type: 'csv', quote: 'none' }, 'id,name\n1,"a\n')).toEqual([{ id: '1', name: '"a' }])
    expect(fields({ type: 'tsv' }, 'id\tname\n1\ta,b\n')).toEqual([{ id: '1', name: 'a,b' }])
  })

  test('empty lines count as rows where they are not to be skipped', () => {
    const text = 'id,name\n1,a\n\n2,b\n'
    expect(reasons({ type: 'csv', skipEmpty: false }, text)).toEqual([
      '1 RAGGED_ROW line 3: it has 1 values for 2 columns',
    ])
  })

  test('a column may have any name, and a prototype is none', () => {
    const odd: Mapping = {
      id: { type: 'string', path: '["a.b"]', required: true },
      name: { type: 'string', path: '["__proto__"]', required: true },
    }
    const rig = { mapping: odd }
    expect(fields(csv, 'a.b,__proto__\n1,2\n', rig)).toEqual([{ id: '1', name: '2' }])
    expect(fields(csv, 'a.b,x\n1,2\n', rig)).toEqual([])
  })

  test('every type of field reads texts', () => {
    const mapped: Mapping = {
      id: { type: 'integer', path: 'id', required: true },
      price: { type: 'money', path: 'price', currencyPath: 'currency', required: true },
      weight: { type: 'decimal', path: 'weight', locale: 'de', required: true },
      stock: { type: 'integer', path: 'stock', required: true },
      sold: { type: 'boolean', path: 'sold', trueValues: ['ja'], falseValues: ['nein'], required: true },
      day: { type: 'date', format: 'date', path: 'day', required: true },
      at: { type: 'date', format: 'epoch-seconds', path: 'at', required: true },
    }
    const text =
      'id,price,currency,weight,stock,sold,day,at\n' +
      '9007199254740993,1.50,EUR,"1.234,5",7,ja,2024-02-29,1709164800\n'
    expect(fields(csv, text, { mapping: mapped })).toEqual([
      {
        id: '9007199254740993',
        price: { amount: '1.50', currency: 'EUR' },
        weight: '1234.5',
        stock: 7,
        sold: true,
        day: '2024-02-29',
        at: '2024-02-29T00:00:00.000Z',
      },
    ])
  })
})

describe('the charset of a table', () => {
  const text = 'id,name\n1,Größe €\n'
  const latin = Buffer.from('id,name\n1,Gr\xf6\xdfe \x80\n', 'latin1')
  const expected = [{ id: '1', name: 'Größe €' }]

  test.each([
    ['UTF-8', Buffer.from(text), {}],
    ['UTF-8, whatever the content type says', Buffer.from(text), { contentType: 'text/csv; charset=latin1' }],
    ['as the content type says', latin, { contentType: 'text/csv; charset=windows-1252' }],
    ['UTF-16 by its byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le'), {}],
    ['UTF-16 by its NULs', Buffer.from(text, 'utf16le'), {}],
  ])('is %s', (_what, bytes, rig) => {
    expect(fields(csv, new Uint8Array(bytes), rig)).toEqual(expected)
  })

  test('is what the file says, but for a byte order mark', () => {
    const told: FormatConfig = { type: 'csv', charset: 'windows-1252' }
    expect(fields(told, new Uint8Array(latin))).toEqual(expected)
    expect(fields(told, `\ufeff${text}`)).toEqual(expected)
    expect(fields(told, text)).toEqual([{ id: '1', name: 'GrÃ¶ÃŸe â‚¬' }])
  })

  test('is wrong where the bytes are not in it', () => {
    expect(failure(csv, new Uint8Array(latin))).toBe('INVALID_ENCODING: the body is not utf-8')
    const unknown = { contentType: 'text/csv; charset=klingon' }
    expect(failure(csv, new Uint8Array(latin), unknown)).toMatch(/^UNSUPPORTED_CHARSET/)
  })
})

describe('what is no table', () => {
  test.each([
    ['application/json', '"not ready"'],
    ['application/problem+json', '{"title":"x"}'],
    ['text/html; charset=utf-8', 'Service unavailable'],
    ['text/csv', '{"error":"expired"}'],
    ['text/plain', '[{"id":1}]'],
    [undefined, '\ufeff <!DOCTYPE html><p>Log in</p>'],
    ['application/xml', '<e/>'],
    ['text/plain', 'Rate limit exceeded\n'],
  ])('%s with %j is another format', (contentType, body) => {
    const rig = contentType === undefined ? {} : { contentType }
    expect(failure(csv, body, rig)).toMatch(
      /^UNEXPECTED_FORMAT: .*it begins with|^UNEXPECTED_FORMAT: .*one line/,
    )
  })

  test('what its JSON says is there for the rules for responses', () => {
    expect(reading(csv, '{"error":"expired"}').observed).toEqual({ error: '"expired"' })
    expect(reading(csv, '{"error":"expired').observed).toEqual({})
  })

  test('a table is one in spite of its content type, where the file says so', () => {
    const any: FormatConfig = { type: 'csv', anyContentType: true }
    const rig = { contentType: 'text/html' }
    expect(fields(any, 'id,name\n1,a\n', rig)).toEqual([{ id: '1', name: 'a' }])
    expect(failure(any, '<html>', rig)).toMatch(/^UNEXPECTED_FORMAT/)
  })

  test('a header of one column without rows is a table where the content type says so', () => {
    expect(page(csv, 'id\n', { contentType: 'text/csv' }).recordCount).toBe(0)
    expect(page(csv, 'id\n1\n').recordCount).toBe(1)
  })
})

test('a page of more rows than allowed is refused, at the first that is too many', () => {
  expect(page(csv, 'id,name\n1,a\n2,b\n', { maxRecords: 2 }).recordCount).toBe(2)
  expect(failure(csv, 'id,name\n1,a\n2,b\n3,c\n', { maxRecords: 2 })).toBe(
    'TOO_MANY_RECORDS: the page has more than 2 records; limits.maxRecordsPerPage allows 2',
  )
})

test('a quote that nobody closes is not read to the end of a large body', () => {
  const body = `id,name\n1,"${'x'.repeat(40 * 2 ** 20)}`
  expect(failure(csv, body)).toMatch(/^TOO_HEAVY: the row at line 2 is longer/)
})
