import { expect, test } from 'vitest'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import { planIdentity } from '../../../src/acquisition/configuration/plan-identity.js'

const load = (format: string) =>
  parseConfig(
    `
sources:
  - name: s
    baseUrl: http://127.0.0.1:1
    pagination: { type: linkHeader }
    ${format}
    mapping: { id: { path: id } }
`,
    'f.yaml',
    { environment: {} },
  )

const formatOf = (format: string) => JSON.stringify(load(format).config, undefined, 1).includes('"format"')

test('a format is a name, or a mapping with its options', () => {
  expect(formatOf('')).toBe(false)
  expect(load('format: csv').describe()).toContain('format.delimiter: ,')
  expect(load('format: { type: tsv }').describe()).toContain('format.header: true')
  expect(load("format: { type: csv, delimiter: ';' }").describe()).toContain('format.delimiter: ;')
})

test.each([
  ['format: xml', 'format is "xml"; allowed is one of json, ndjson, csv, tsv, or a mapping'],
  ['format: { type: xls }', 'format.type is "xls"; allowed is one of json, ndjson, csv, tsv'],
  ['format: { type: csv, delimter: x }', 'format.delimter is an unknown key; did you mean "delimiter"?'],
  ['format: { type: csv, delimiter: "||" }', 'format.delimiter is "||"; allowed is one character'],
  ['format: { type: csv, header: false }', 'format.columns is missing; it must be a list of names'],
  ['format: { type: csv, columns: [a, a] }', 'allowed is a list of names, no two the same'],
  ['format: { type: csv, charset: klingon }', 'format.charset is "klingon"; allowed is a charset such as'],
])('%s is refused by name', (format, told) => {
  expect(() => load(format)).toThrow(told)
})

test('another format is another plan; JSON is what is read without one', () => {
  const hash = (format: string) => {
    const { config, secrets } = load(format)
    return planIdentity(config, secrets).configHash
  }
  expect(hash('format: json')).toBe(hash(''))
  expect(hash('format: csv')).not.toBe(hash(''))
  expect(hash("format: { type: csv, delimiter: ';' }")).not.toBe(hash('format: csv'))
})
