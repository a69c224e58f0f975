import { expect, test } from 'vitest'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import { StreamPages } from '../../../src/acquisition/streams/stream-pages.js'
import type { StreamConfig } from '../../../src/acquisition/streams/stream-config.js'
import { sentReferences } from '../../../src/acquisition/streams/stream-references.js'

function streamOf(more: string): StreamConfig {
  const yaml = `
sources:
  - name: a
    baseUrl: http://127.0.0.1
    id: id
    streams:
      - { name: parents }
      - name: children
        for: [{ each: parents, as: p }, { values: [x, y], as: kind }]
        since: { field: at, start: '2026-01-01' }
${more}`
  const { config } = parseConfig(yaml, 'a.yaml', { flags: {}, environment: {} })
  return config.streams[1] as StreamConfig
}

test('what expressions of requests look at is sent, by fields of records and by names alone', () => {
  const stream = streamOf(
    `        query: { a: { expr: '$f(p.n.m, kind, since) & "until" & p & other.p.x & \`p\`.q' } }
        add: { ended: '{until}', n: { expr: $p.k } }`,
  )
  const names = sentReferences(stream).map(({ name }) => name)
  expect(names.slice(1)).toEqual(['p.n.m', 'kind', 'since', 'p.q'])
})

test('parts that only expressions tell apart have pages of their own', () => {
  const pages = new StreamPages(streamOf("        query: { a: { expr: '[p.n, kind]' } }"), {
    id: 'r',
    startedAt: Date.parse('2026-02-01'),
  })
  const ids = ['1', '2'].map(n => pages.first({ 'p.n': n, kind: '"x"' }).id)
  expect(ids[0]).toContain('p.n=1,kind=x;')
  expect(ids[1]).toContain('p.n=2,kind=x;')
})
