import * as zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { defineConfig } from '../../../src/acquisition/configuration/define-config.js'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import type { Sink } from '../../../src/acquisition/sinks/index.js'

const SOURCES = `
sources:
  - name: acme
    baseUrl: https://api.acme.example
    id: id
    streams: [{ name: items, path: /items }, { name: tasks, path: /tasks }]
  - { name: other, baseUrl: 'https://other.example', path: /o, id: id }
`
const read = (sinks: string) => parseConfig(`sinks:${sinks}\n${SOURCES}`, 'p.yaml').config.sinks

describe('sinks in a pipeline file', () => {
  test('each has its defaults, and the name of its kind', () => {
    expect(
      read('\n  - type: jsonl\n  - { type: sqlite, name: db, sources: [acme], deliver: continuous }'),
    ).toEqual([
      { type: 'jsonl', name: 'jsonl', deliver: 'end', mode: 'append', compress: 'none', maxSize: '256MiB' },
      {
        type: 'sqlite',
        name: 'db',
        deliver: 'continuous',
        sources: ['acme'],
        table: '{stream}',
        mode: 'upsert',
      },
    ])
  })

  test.each([
    ['{ type: postgress }', 'sinks[0].type is "postgress"; allowed is one of'],
    ['{ type: jsonl, mode: upsert }', 'sinks[0].mode is "upsert"; allowed is one of append, replace'],
    ['{ type: jsonl, table: x }', 'sinks[0].table is an unknown key'],
    ['{ type: jsonl, path: "x-{strem}.jsonl" }', '{strem} refers to nothing that is known'],
    ['{ type: jsonl, path: "{stream}.jsonl" }', 'one with {position}: each delivery writes new files'],
    ['{ type: csv, mode: replace, path: all.csv }', 'one with {stream}, for acme.items and acme.tasks would'],
    ['{ type: sqlite, table: "{source}" }', 'one with {stream}, for acme.items and acme.tasks would'],
    ['{ type: jsonl, sources: [acme.item] }', 'allowed is one of acme, acme.items, acme.tasks, other'],
    ['{ type: jsonl, sources: [] }', 'a list of sources and streams'],
    ['{ type: jsonl, maxSize: large }', 'a size of 1B or more'],
    [
      '{ type: jsonl }, { type: jsonl }',
      'sinks[1].name is "jsonl"; allowed is a name that no other sink has',
    ],
    ['jsonl', 'sinks[0] is "jsonl"; allowed is a mapping with the key type'],
  ])('%s is refused', (sink, problem) => {
    expect(() => read(` [${sink}]`)).toThrow(problem)
  })

  test('zstd is for those who have it', () => {
    const readsZstd = () => read(' [{ type: jsonl, compress: zstd }]')
    if ('createZstdCompress' in zlib) expect(readsZstd()).toMatchObject([{ compress: 'zstd' }])
    else expect(readsZstd).toThrow(`none or gzip: Node ${process.version} has no zstd, from 22.15 on it does`)
  })

  test('sinks that are no list are refused', () => {
    expect(() => read(' jsonl')).toThrow('allowed is a list of sinks')
  })

  test('code may bring sinks of its own', () => {
    const mine: Sink = { name: 'mine', deliver: async () => [], [Symbol.asyncDispose]: async () => undefined }
    const sources = [{ name: 'other', baseUrl: 'https://other.example', path: '/o', id: 'id' }]
    expect(defineConfig({ sources, sinks: [mine, { type: 'jsonl' }] })).toBeDefined()
    expect(() => defineConfig({ sources, sinks: [mine, mine] })).toThrow('a name that no other sink has')
  })
})
