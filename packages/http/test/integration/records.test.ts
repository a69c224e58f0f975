import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { acquired, outputFolder } from '../support/acquire-rig.js'

const bodies: Readonly<Record<string, string>> = {
  '/members':
    '[{"org":{"id":"a"},"n":1,"deep":[{"x":9007199254740993}]},{"org":{"id":"a"},"n":2},{"org":{},"n":3}]',
  '/events': '[{"kind":"x"},{"kind":"x"},{"kind":"test"}]',
  '/rates': '{"rates":{"EUR":1,"USD":1.10}}',
}
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(bodies[request.url ?? ''] ?? '[]')
})
let origin: string
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const pipeline = (output: string) =>
  parseConfig(
    `
output: ${output}
workers: 1
sources:
  - name: acme
    baseUrl: ${origin}
    pagination: { type: none }
    limits: { rate: 100 }
    streams:
      - name: members
        path: /members
        id: [org.id, n]
      - name: events
        path: /events
        id: none
        where: { not: { path: kind, is: test } }
        add: { at: '{now}', twice: { expr: 'kind & kind' } }
      - name: rates
        path: /rates
        records: { path: rates, shape: map, key: currency }
        id: contentHash
`,
    'p.yaml',
  ).config

describe('records without a mapping', () => {
  test('are kept whole, told apart as the file says, and stay the same when they come again', async () => {
    await using output = await outputFolder()
    const { summary: first } = await acquired(pipeline(output.path))
    const { summary } = await acquired(pipeline(output.path))
    expect(summary.run.status).toBe('complete')
    const { startedAt } = summary.run
    expect(summary.records.map(({ source, id, fields }) => [source, id, fields])).toEqual([
      ['acme.events', 'acme.events:only#0', { kind: 'x', at: startedAt, twice: 'xx' }],
      ['acme.events', 'acme.events:only#1', { kind: 'x', at: startedAt, twice: 'xx' }],
      ['acme.members', '["a","1"]', { org: { id: 'a' }, n: 1, deep: [{ x: '9007199254740993' }] }],
      ['acme.members', '["a","2"]', { org: { id: 'a' }, n: 2 }],
      [
        'acme.rates',
        expect.stringMatching(/^[0-9a-f]{32}$/),
        { currency: expect.any(String), value: expect.any(Number) },
      ],
      [
        'acme.rates',
        expect.stringMatching(/^[0-9a-f]{32}$/),
        { currency: expect.any(String), value: expect.any(Number) },
      ],
    ])
    expect(summary.records.map(({ id }) => id)).toEqual(first.records.map(({ id }) => id))
    expect(
      summary.sources.map(({ name, accepted, rejected, filtered }) => [name, accepted, rejected, filtered]),
    ).toEqual([
      ['acme.members', 2, 1, 0],
      ['acme.events', 2, 0, 1],
      ['acme.rates', 2, 0, 0],
    ])
    expect(summary.sources[0]?.rejections).toEqual([
      { code: 'MISSING_FIELD', field: 'id', count: 1, reason: 'id: org.id: it is missing or null' },
    ])
  })
})
