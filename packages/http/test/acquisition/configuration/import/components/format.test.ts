import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { refusal, streamWritten } from '../manifest-of.js'

const partsOf = (yaml: string) => ({ retriever: { decoder: parse(yaml) as object } })

describe('the format of pages', () => {
  test.each([
    ['type: JsonDecoder', undefined],
    ['type: JsonlDecoder', 'ndjson'],
    ['type: CsvDecoder', 'csv'],
    ['{ type: CsvDecoder, delimiter: ",", encoding: UTF-8 }', 'csv'],
    ["{ type: CsvDecoder, delimiter: ';' }", { type: 'csv', delimiter: ';' }],
    ['{ type: CsvDecoder, encoding: latin-1 }', { type: 'csv', charset: 'latin-1' }],
    [
      '{ type: CsvDecoder, delimiter: "|", encoding: cp1252 }',
      { type: 'csv', delimiter: '|', charset: 'cp1252' },
    ],
    ['{ type: CsvDecoder, delimiter: "\\t" }', 'tsv'],
    ["{ type: CsvDecoder, delimiter: '\\t' }", 'tsv'],
    ['{ type: CsvDecoder, delimiter: "\\t", encoding: utf-16 }', { type: 'tsv', charset: 'utf-16' }],
    // What is packed is seen in the response.
    ['{ type: GzipDecoder, decoder: { type: JsonlDecoder } }', 'ndjson'],
    ['{ type: GzipDecoder, decoder: { type: CsvDecoder } }', 'csv'],
    ['type: GzipDecoder', undefined],
  ])('%s', (yaml, format) => {
    expect(streamWritten(partsOf(yaml))['format']).toEqual(format)
  })

  test.each([
    ['type: XmlDecoder', 'format', 'XmlDecoder has no counterpart'],
    ['{ type: GzipDecoder, decoder: { type: XmlDecoder } }', 'format', 'XmlDecoder has no counterpart'],
    [
      '{ type: CustomDecoder, class_name: source_acme.Lines }',
      'custom component',
      'decoder source_acme.Lines',
    ],
  ])('%s is refused', (yaml, about, detail) => {
    expect(refusal(partsOf(yaml))).toMatchObject({ about, detail })
  })
})
