import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AcquireEvent } from '../../src/acquisition/run/acquire-event.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { fieldsOf } from '../acquisition/records/record-fields.js'
import { usablePage } from '../../src/acquisition/records/normalised-page.js'
import { pageReader } from '../../src/acquisition/records/normalise-page.js'
import { Secrets } from '../../src/acquisition/secrets/secrets.js'
import { readingInstructionsOf } from '../../src/acquisition/streams/reading-instructions.js'
import type { StreamConfig } from '../../src/acquisition/streams/stream-config.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

test('A-14 configured secrets are in no file that a run leaves, and in no event', async () => {
  const [token, key, tenant] = ['t0p-secret-token/+=', 'query key & 77', 'tenant s3cret+1']
  const paths: (string | undefined)[] = []
  const server = createServer((request, response) => {
    // A service that is careless with what it is sent: it echoes credentials in records and in errors.
    const echo = { id: null, header: request.headers.authorization, url: request.url }
    const good = {
      id: 'good',
      title: `sent with ${request.headers.authorization}`,
      url: `http://x${request.url}`,
    }
    const named = { id: `of ${token}` }
    const isFirst = request.url?.includes('cursor') !== true
    paths.push(request.url?.split('?')[0])
    const next = isFirst ? `${request.url}&cursor=abc&auth=${request.headers.authorization}` : null
    if (!isFirst) response.statusCode = 400
    response.end(JSON.stringify({ items: [good, named, echo], next }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  await using output = await outputFolder()
  const yaml = `
sources:
  - name: echo
    baseUrl: http://127.0.0.1:${(server.address() as AddressInfo).port}
    path: /\${TENANT_KEY}/items
    query: { api_key: '\${KEY}' }
    headers: { authorization: 'Bearer \${TOKEN}' }
    pagination: { type: nextUrl, nextUrlPath: next }
    records: items
    mapping: { id: { path: id }, title: { path: title }, url: { path: url } }
`
  const { config, secrets } = parseConfig(yaml, 'echo.yaml', {
    flags: { output: output.path, workers: 1 },
    environment: { TOKEN: token, KEY: key, TENANT_KEY: tenant },
  })
  const events: AcquireEvent[] = []
  const { summary } = await acquired(withLimits(config, QUICK), {
    secrets,
    onEvent: event => events.push(event),
  })
  await new Promise(resolve => server.close(resolve))
  expect(summary.totals).toMatchObject({ records: 1, rejected: 2 })
  expect(summary.sources[0]?.redactions).toBe(2)
  expect(summary.records[0]?.fields['title']).toBe('sent with [redacted]')
  expect(paths).toEqual(['/tenant%20s3cret+1/items', '/tenant%20s3cret+1/items'])
  const texts = [JSON.stringify(events)]
  for (const name of await readdir(output.path)) texts.push(await readFile(join(output.path, name), 'latin1'))
  expect(texts.length).toBeGreaterThan(3)
  for (const text of texts) {
    for (const secret of [token, key, tenant]) {
      for (const form of [
        secret,
        encodeURI(secret),
        encodeURIComponent(secret),
        new URLSearchParams({ v: secret }).toString().slice(2),
      ]) {
        expect(text).not.toContain(form)
      }
      expect(text).not.toContain(Buffer.from(secret).toString('base64'))
    }
  }
})

test('A-14 an ordinary word that the environment gave to a request stays in the records', () => {
  const yaml = `
sources:
  - name: echo
    baseUrl: http://127.0.0.1:1
    path: /\${CATEGORY}/items
    query: { region: '\${REGION}', api_key: '\${KEY}' }
    pagination: { type: nextUrl, nextUrlPath: next }
    records: items
    mapping: { id: { path: id }, title: { path: title } }
`
  const environment = { CATEGORY: 'books', REGION: 'europe', KEY: 'abcd-1234' }
  const { config, secrets } = parseConfig(yaml, 'echo.yaml', { environment })
  const items = [{ id: 'books-1', title: 'Books of Europe: books, europe … abcd-1234' }]
  const instructions = readingInstructionsOf(config.streams[0] as StreamConfig)
  const read = pageReader(instructions, new Secrets(secrets.credentials))
  const { records, redactions } = usablePage(read(new TextEncoder().encode(JSON.stringify({ items }))))
  expect(records.map(record => ({ id: record.id, title: fieldsOf(record)['title'] }))).toEqual([
    { id: 'books-1', title: 'Books of Europe: books, europe … [redacted]' },
  ])
  expect(redactions).toBe(1)
  // What is shown is redacted of anything that the environment gave.
  expect(secrets.redact('/books/items?region=europe')).toBe('/[redacted]/items?region=[redacted]')
})
