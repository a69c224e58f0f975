import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

interface Page {
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string | string[]>>
}

/** A run over a source whose first page is this and whose second one is empty. */
async function taken({ body, headers = {} }: Page, mapping = '{ id: { path: id } }') {
  const queries: string[] = []
  const server = createServer((request, response) => {
    queries.push(request.url ?? '')
    response.writeHead(200, { 'content-type': 'application/json', ...(queries.length === 1 && headers) })
    response.end(queries.length === 1 ? body : '{"items":[]}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  await using output = await outputFolder()
  try {
    const yaml = `
workers: 1
summary: { products: true }
sources:
  - name: s
    baseUrl: http://127.0.0.1:${(server.address() as AddressInfo).port}
    pagination: { type: cursor, cursorPath: next }
    records: items
    mapping: ${mapping}
`
    const { config } = parseConfig(yaml, 's.yaml', { flags: { output: output.path }, environment: {} })
    const { summary } = await acquired(withLimits(config, QUICK))
    const rejected = await readFile(join(output.path, 'rejected.jsonl'), 'utf8')
    const rejects = rejected
      .split('\n')
      .flatMap(line => (line === '' ? [] : [JSON.parse(line) as { raw: unknown }]))
    return { summary, source: summary.sources[0], rejects, queries }
  } finally {
    server.close()
  }
}
const titled = '{ id: { path: id }, title: { path: title } }'

test('N-12 a charset that the bytes need comes from the header, all the way to the record', async () => {
  const headers = { 'content-type': 'application/json; charset=iso-8859-1' }
  const body = '{"items":[{"id":1,"title":"caf\u00e9"}]}'
  for (const bytes of [Buffer.from(body, 'latin1'), Buffer.from(body, 'utf8')])
    expect((await taken({ body: bytes, headers }, titled)).summary.products?.[0]?.title).toBe('caf\u00e9')
})

test('N-12 a lone surrogate in a field is in the summary as it was', async () => {
  const { summary } = await taken({ body: '{"items":[{"id":1,"title":"a\\ud800"}]}' }, titled)
  expect(summary.products?.[0]?.title).toBe('a\ud800')
})

test('N-15 digits are kept on the way to the next page, the summary and the rejects', async () => {
  const body = '{"items":[{"id":1.10,"n":9007199254740993},{"id":1e400},{"n":1.50}],"next":1700000.500}'
  const { summary, rejects, queries } = await taken(
    { body },
    '{ id: { path: id }, stock: { path: n, type: integer } }',
  )
  expect(summary.products).toMatchObject([{ id: '1.10', stock: '9007199254740993' }])
  expect(rejects.map(({ raw }) => raw)).toEqual(['{"id":1e400}', '{"n":1.50}'])
  expect(queries[1]).toContain('cursor=1700000.500')
})

test('N-15 what a reader of the rejects loses nothing of stays JSON there', async () => {
  const { rejects } = await taken({ body: '{"items":[{"n":1.5}]}' })
  expect(rejects[0]?.raw).toEqual({ n: 1.5 })
})

test('N-7 errors beside records are told in the summary, and the records are there', async () => {
  const { source } = await taken({ body: '{"items":[{"id":1}],"errors":[{"message":"no price"}]}' })
  expect(source).toMatchObject({ accepted: 1, errors: [{ code: 'ERRORS_BESIDE_RECORDS', count: 1 }] })
})

test('N-13 a Content-Encoding that is none does not keep a plain page from being read', async () => {
  for (const encoding of ['none', 'UTF-8', 'identity'])
    expect(
      (await taken({ body: '{"items":[{"id":1}]}', headers: { 'content-encoding': encoding } })).source,
    ).toMatchObject({ accepted: 1, errors: [] })
})
