import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { streamSchemas } from '../../src/acquisition/stream-schemas.js'
import { httpServer } from '../contracts/servers.js'
import { acquired, QUICK, withLimits } from '../support/acquire-rig.js'
import { run } from '../support/run.js'

let folder = ''
let server: Awaited<ReturnType<typeof httpServer>>
let rows: Record<string, unknown>[] = []
let requests = 0

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'contract-'))
  requests = 0
  server = await httpServer((_request, response) => {
    requests += 1
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(rows))
  })
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const yamlOf = (more: string): string =>
  `sources:\n  - name: s\n    baseUrl: ${server.url}\n    id: id\n    keep: all\n${more}`

async function take(contract: string, more = '') {
  const flags = { output: join(folder, 'out') }
  const yaml = yamlOf(`    contract: ${contract}\n${more}`)
  const { config } = parseConfig(yaml, 'pipeline.yaml', { flags, environment: {} })
  const { summary } = await acquired(withLimits({ ...config, workers: 1 }, QUICK))
  const [source] = summary.sources
  return {
    status: summary.run.status,
    accepted: source?.accepted,
    rejections: source?.rejections,
    errors: source?.errors.map(({ code, message }) => `${code} ${message}`),
    notices: source?.notices.map(({ code, about }) => `${code} ${about}`),
  }
}

const good = { id: 'a', n: 1, at: '2026-01-01T00:00:00Z', tags: ['x'] }
const wider = { id: 'b', n: 1.5, at: '2026-01-01T00:00:00Z', tags: [] }

test('freeze learns from the first run, and fails by name what does not fit; evolve takes it, and tells', async () => {
  rows = [good]
  expect(await take('freeze')).toMatchObject({ status: 'complete', accepted: 1, notices: [] })
  rows = [good, wider]
  requests = 0
  const frozen = await take('freeze')
  expect(frozen).toMatchObject({ status: 'failed', accepted: 0 })
  expect(frozen.errors).toEqual([
    expect.stringMatching(/^SCHEMA_MISMATCH n: 1\.5 is number; known is integer \(contract: freeze\)/),
  ])
  // It would be read just so again.
  expect(requests).toBe(1)
  // The contract is what one changes while a run is stuck: it goes on.
  expect(await take('evolve')).toMatchObject({
    status: 'complete',
    accepted: 2,
    notices: ['TYPE_WIDENED n'],
  })
  expect(await take('freeze')).toMatchObject({ status: 'complete', accepted: 2, notices: [] })
})

test('quarantine rejects what does not fit alone, beside a mapping too', async () => {
  const mapping = '    mapping: { title: { path: id } }\n'
  rows = [good]
  await take('quarantine', mapping)
  rows = [{ ...good, id: 'c' }, wider, { ...good, id: 'd', extra: true }]
  const { status, accepted, rejections, notices } = await take('quarantine', mapping)
  expect([status, accepted, notices]).toEqual(['complete', 1, []])
  expect(rejections?.map(({ code, field }) => [code, field])).toEqual([
    ['SCHEMA_MISMATCH', 'extra'],
    ['SCHEMA_MISMATCH', 'n'],
  ])
})

const schemasYaml = (): string => `${yamlOf('')}    mapping:
      price: { path: price, type: money, currency: EUR }
      day: { path: at, type: date, format: "yyyy-MM-dd'T'HH:mm:ssXXX", required: true }
  - name: other
    baseUrl: ${server.url}
    mapping:
      id: { path: id }
      n: { path: n, type: decimal }
      day: { path: at, type: date, format: date }
      any: { path: tags, type: json }
  - name: empty
    baseUrl: ${server.url}
    id: id
`

const configOf = (yaml: string) =>
  parseConfig(yaml, 'pipeline.yaml', { flags: { output: join(folder, 'out') }, environment: {} }).config

test('JSON Schema of what streams hold, and their records keep to it', async () => {
  rows = [good, { ...wider, tags: null, more: 9_007_199_254_740_991 }]
  const config = configOf(schemasYaml())
  expect((await streamSchemas(config)).get('empty')?.['$comment']).toContain('No run has committed')
  const only = { ...config, workers: 1, streams: config.streams.slice(0, 1) }
  const { summary } = await acquired(withLimits(only, QUICK))
  const schemas = await streamSchemas(config)
  const schema = schemas.get('s')
  expect(schema).toMatchObject({
    title: 's',
    required: ['price', 'day'],
    properties: {
      n: { type: 'number' },
      at: { type: 'string', format: 'date-time' },
      tags: { type: ['array', 'null'] },
      day: { type: 'string' },
    },
  })
  expect(schema).not.toHaveProperty('additionalProperties')
  const formats = { date: true, 'date-time': true } as const
  const accepts = new Ajv2020({ allowUnionTypes: true, formats }).compile({ ...schema })
  expect(summary.records.map(({ fields }) => accepts(fields))).toEqual([true, true])
  expect(schemas.get('other')).toMatchObject({
    additionalProperties: false,
    properties: {
      id: { type: 'string' },
      n: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      day: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
      any: {},
    },
  })
  const frozen = config.streams.map(stream => ({ ...stream, contract: 'freeze' as const }))
  expect((await streamSchemas({ ...config, streams: frozen })).get('s')).toMatchObject({
    additionalProperties: false,
  })
})

test('acquire schema prints it, and says what it cannot know', async () => {
  rows = [good]
  await writeFile(join(folder, 'pipeline.yaml'), schemasYaml())
  await take('evolve')
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const schemaOf = (...args: string[]) =>
    run(process.execPath, [main, 'acquire', 'schema', 'pipeline.yaml', ...args], { cwd: folder })
  const one = await schemaOf('--stream', 's')
  expect(JSON.parse(one.stdout)).toMatchObject({ title: 's', properties: { n: { type: 'integer' } } })
  const all = await schemaOf()
  expect(Object.keys(JSON.parse(all.stdout) as object)).toEqual(['s', 'other', 'empty'])
  const unknown = await schemaOf('--stream', 'empty')
  expect([unknown.code, unknown.stdout]).toEqual([1, ''])
  expect(unknown.stderr).toContain('nothing is known of the fields of empty yet')
  expect((await schemaOf('--stream', 'x')).code).toBe(2)
}, 60_000)
