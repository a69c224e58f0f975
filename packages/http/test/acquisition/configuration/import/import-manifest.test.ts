import { describe, expect, test } from 'vitest'
import type { ImportOptions } from '../../../../src/acquisition/configuration/import/import-manifest.js'
import { importManifest } from '../../../../src/acquisition/configuration/import/import-manifest.js'

const STREAM = `
definitions:
  base: &base
    type: DeclarativeStream
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "https://acme.example", path: "{{ parameters['name'] }}" }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
`
const run = (yaml: string, options?: ImportOptions) =>
  importManifest(`type: DeclarativeSource\n${STREAM}${yaml}`, options)
const names = (yaml: string, options?: ImportOptions) => run(yaml, options).converted.map(({ name }) => name)

test('without options: a source by the name of source, and the present of the clock', () => {
  const { pipeline, converted } = run('streams: [{ <<: *base, name: items, $parameters: { name: items } }]')
  expect(pipeline).toContain('name: source\n')
  expect(converted).toEqual([{ name: 'items', fullName: 'source.items', notes: [] }])
})

test('parameters of the whole manifest hold for its streams', () => {
  expect(run('streams: [{ <<: *base, name: items }]\n$parameters: { name: things }').pipeline).toContain(
    'path: /things',
  )
})

test('what was set and is no setting is told', () => {
  const spec = 'spec: { connection_specification: { type: object, properties: { shop: { type: string } } } }'
  const { unknown } = run(`streams: []\n${spec}`, { set: { shop: 'a', shpo: 'b' } })
  expect(unknown).toEqual(['shpo'])
})

test('nothing can be converted: there is no pipeline', () => {
  const { pipeline, refused } = run('dynamic_streams: [{ type: DynamicDeclarativeStream }]')
  expect(pipeline).toBeUndefined()
  expect(refused).toMatchObject([{ name: 'stream', about: 'dynamic streams' }])
})

describe('streams under a condition', () => {
  const SETTING =
    'spec: { connection_specification: { properties: { all: { type: boolean, default: false } } } }'
  const conditional = (condition: string) => `
streams:
  - type: ConditionalStreams
    condition: ${condition}
    streams: [{ <<: *base, name: items, $parameters: { name: items } }]
${SETTING}`

  test.each([
    ['"{{ config[\'all\'] }}"', []],
    ['false', []],
    ["''", []],
    ['"{{ config[\'none\'] }}"', []],
    ['true', ['items']],
    ['"{{ not config[\'all\'] }}"', ['items']],
  ])('%s', (condition, expected) => {
    const { converted, refused } = run(conditional(condition))
    expect(converted.map(({ name }) => name)).toEqual(expected)
    expect(refused).toEqual([])
  })

  test('one that a setting decides on', () => {
    expect(names(conditional('"{{ config[\'all\'] }}"'), { set: { all: 'true' } })).toEqual(['items'])
  })

  test('one that is no template is refused', () => {
    expect(run(conditional('"{{ config[ }}"')).refused).toMatchObject([
      { name: 'conditional streams', about: 'template' },
    ])
  })
})

test.each([
  ['"#/definitions/items"', 'items'],
  ['{ $ref: "#/definitions/items" }', 'items'],
  ['{ type: Other, name: items }', 'items'],
  ['{ type: Other, name: "{{ parameters.name }}", $parameters: { name: items } }', 'items'],
  ['{ type: Other, full_refresh_stream: { name: items } }', 'items'],
  ['{ type: Other }', 'stream'],
])('the stream %s is refused by its name', (stream, name) => {
  expect(run(`streams: [${stream}]`).refused).toMatchObject([{ name }])
})

test('what is no stream is left out', () => {
  expect(
    run('streams: [7, { <<: *base, name: items, $parameters: { name: items } }]').converted,
  ).toHaveLength(1)
})
