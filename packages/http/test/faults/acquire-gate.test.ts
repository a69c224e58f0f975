import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo, LookupFunction } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AcquireOptions } from '../../src/acquisition/acquire.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { UndiciTransport } from '../../src/engines/index.js'
import type { Summary } from '../../src/measurements/index.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

interface Page {
  readonly items: readonly object[]
  readonly next: string | null
}

/** A server of pages on a loopback address; it notes each request as path and Authorization. */
async function pagesAt(address: string, pageOf: (url: string, port: number) => Page | number) {
  const asked: string[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    asked.push(`${request.url} ${request.headers.authorization}`)
    const page = pageOf(request.url ?? '', port)
    if (typeof page === 'number') response.statusCode = page
    response.end(JSON.stringify(page))
  })
  await new Promise<void>(resolve => server.listen(0, address, resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://${address}:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function takenFrom(
  baseUrl: string,
  output: string,
  { more = '', allow = '', ...options }: AcquireOptions & { more?: string; allow?: string } = {},
): Promise<Summary> {
  const yaml = `
workers: 1
sources:
  - name: shop
    baseUrl: ${baseUrl}
    path: /items
    headers: { authorization: Bearer t0p-secret }
    ${more}
    pagination: { type: nextUrl, nextUrlPath: next${allow === '' ? '' : `, allow: ['${allow}']`} }
    records: items
    mapping: { id: { path: id } }
`
  const { config, secrets } = parseConfig(yaml, 'shop.yaml', { flags: { output }, environment: {} })
  return (await acquired(withLimits(config, QUICK), { secrets, ...options })).summary
}

const codesOf = ({ errors }: Summary): string[] => errors.map(({ code }) => code)
const item = { id: 'a' }

test('an origin that pagination.allow names gets the next page, and the credentials', async () => {
  await using other = await pagesAt('127.0.0.2', () => ({ items: [{ id: 'b' }], next: null }))
  await using shop = await pagesAt('127.0.0.1', () => ({ items: [item], next: `${other.url}/more` }))
  await using output = await outputFolder()
  const more = 'auth: { type: apiKey, in: query, name: key, value: k3y-secret }'
  const summary = await takenFrom(shop.url, output.path, { allow: other.url, more })
  expect(other.asked).toEqual(['/more?key=k3y-secret Bearer t0p-secret'])
  expect(summary).toMatchObject({ run: { status: 'complete' }, errors: [] })
})

test.each([
  ['another origin', (page: string, port: number) => page.replace(/127\.0\.0\.1:\d+/, `127.0.0.2:${port}`)],
  ['a user before the @', (page: string) => page.replace('http://', 'http://user@')],
  ['what is no http URL', (page: string) => page.replace('http://', 'blob:http://')],
])('N-27 a URL altered in the ledger to %s gets no credentials', async (_what, altered) => {
  await using other = await pagesAt('127.0.0.2', () => ({ items: [item], next: null }))
  await using shop = await pagesAt('127.0.0.1', url =>
    url === '/items' ? { items: [item], next: '/items?page=2' } : 404,
  )
  await using output = await outputFolder()
  await takenFrom(shop.url, output.path)
  const Database = createRequire(import.meta.url)('better-sqlite3')
  const ledger = new Database(join(output.path, 'acquire.db'))
  const pages: { id: string; ref: string }[] = ledger
    .prepare("select * from pages where state <> 'done'")
    .all()
  for (const { id, ref } of pages)
    ledger.prepare('update pages set ref = ? where id = ?').run(altered(ref, other.port), id)
  ledger.close()
  const before = shop.asked.length
  const summary = await takenFrom(shop.url, output.path)
  expect(summary.run.status).not.toBe('complete')
  expect(codesOf(summary).some(code => code === 'ORIGIN_REFUSED' || code === 'BAD_REQUEST')).toBe(true)
  expect(other.asked).toEqual([])
  expect(shop.asked.length).toBe(before)
})

test.each([
  (port: number) => `http://127.0.0.2:${port}/items?page=2`,
  (port: number) => `//127.0.0.2:${port}/`,
  (port: number) => `\\\\127.0.0.2:${port}/`,
  (port: number) => `http://127.0.0.1:${port}@127.0.0.2:${port}/`,
  (port: number) => `http://user@127.0.0.1:${port}/items?page=2`,
  (port: number) => `http://[::ffff:7f00:1]:${port}/items?page=2`,
  (port: number) => `http://localhost:${port}/items?page=2`,
  (port: number) => `http://0.0.0.0:${port}/items?page=2`,
  (port: number) => `https://127.0.0.1:${port}/items?page=2`,
  (port: number) => `blob:http://127.0.0.1:${port}/items?page=2`,
  () => 'http://169.254.169.254/latest/meta-data/',
  () => 'http://[fd00:ec2::254]/',
  () => 'http://0xa9fea9fe/',
])('A-15 a next URL elsewhere is never asked (%#)', async next => {
  await using shop = await pagesAt('127.0.0.1', (_, port) => ({ items: [item], next: next(port) }))
  await using output = await outputFolder()
  const summary = await takenFrom(shop.url, output.path)
  expect(codesOf(summary)).toEqual(['NEXT_URL_FOREIGN'])
  expect(shop.asked).toEqual(['/items Bearer t0p-secret'])
})

test.each(['127.1', '2130706433', '0x7f.0.0.1', '0177.0.0.1', '１２７.0.0.1', '127.0.0.1.'])(
  'A-15 a next URL at %s is the same host in other letters',
  async host => {
    await using shop = await pagesAt('127.0.0.1', (url, port) =>
      url === '/items'
        ? { items: [item], next: `http://${host}:${port}/items?page=2` }
        : { items: [], next: null },
    )
    await using output = await outputFolder()
    expect((await takenFrom(shop.url, output.path)).run.status).toBe('complete')
    expect(shop.asked).toHaveLength(2)
  },
)

/** A name service whose answer is another one each time. */
function answering(...addresses: readonly string[]): LookupFunction {
  let asked = 0
  return (_host, _options, callback) => {
    const address = addresses[Math.min(asked++, addresses.length - 1)] ?? ''
    callback(null, [{ address, family: 4 }])
  }
}

test('A-15 a name of the internet that turns out to be the own machine is not asked', async () => {
  await using shop = await pagesAt('127.0.0.1', () => ({ items: [item], next: null }))
  await using output = await outputFolder()
  await using transport = new UndiciTransport({ lookup: answering('127.0.0.1') })
  const summary = await takenFrom(`http://shop.example:${shop.port}`, output.path, { transport })
  expect(codesOf(summary)).toEqual(['ADDRESS_REFUSED'])
  expect(shop.asked).toEqual([])
})

test('A-15 a DNS answer that changes between pages is checked again', async () => {
  await using shop = await pagesAt('127.0.0.1', url =>
    url === '/items' ? { items: [item], next: '/items?page=2' } : { items: [], next: null },
  )
  await using output = await outputFolder()
  const lookup = answering('127.0.0.1', '169.254.169.254')
  await using transport = new UndiciTransport({ maxKeepaliveConnections: 0, lookup })
  const summary = await takenFrom(`http://intranet:${shop.port}`, output.path, { transport })
  expect(codesOf(summary)).toEqual(['ADDRESS_REFUSED'])
  expect(shop.asked).toEqual(['/items Bearer t0p-secret'])
})
