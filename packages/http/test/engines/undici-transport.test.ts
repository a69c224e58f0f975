import { expect, test } from 'vitest'
import { errorCode, UndiciTransport } from '../../src/engines/index.js'
import { eventually, httpServer, rawServer } from '../contracts/servers.js'
import { transportContract } from '../contracts/transport-contract.js'

transportContract('UndiciTransport', options => new UndiciTransport(options))

test('redirects are responses unless they are asked to be followed', async () => {
  await using server = await httpServer((request, response) => {
    if (request.url === '/end') response.end(request.method)
    else response.writeHead(302, { Location: '/end' }).end()
  })
  await using plain = new UndiciTransport()
  expect((await plain.send({ url: `${server.url}/start` })).statusCode).toBe(302)
  await using following = new UndiciTransport({ maxRedirects: 1 })
  const response = await following.send({ url: `${server.url}/start`, method: 'POST', body: 'x' })
  expect([response.statusCode, response.url, Buffer.from(response.body).toString()]).toEqual([
    200,
    `${server.url}/end`,
    'GET',
  ])
})

test('N-3 a Location in raw UTF-8 or Latin-1 is asked byte for byte', async () => {
  const asked: string[] = []
  await using server = await rawServer((socket, head) => {
    const path = head.split(' ')[1] ?? ''
    asked.push(path)
    const location = { '/': '/caf\xc3\xa9?q=\xe2\x82\xac', '/caf%C3%A9?q=%E2%82%AC': '/caf\xe9' }[path]
    const status = location === undefined ? '200 OK' : `302 Found\r\nLocation: ${location}`
    socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`, 'latin1')
  })
  await using transport = new UndiciTransport({ maxRedirects: 3 })
  await transport.send({ url: `${server.url}/` })
  expect(asked).toEqual(['/', '/caf%C3%A9?q=%E2%82%AC', '/caf%E9'])
})

test('a circle of redirects ends with an error', async () => {
  await using server = await httpServer(
    (_, response) => void response.writeHead(302, { Location: '/' }).end(),
  )
  await using transport = new UndiciTransport({ maxRedirects: 3 })
  const error: unknown = await transport.send({ url: server.url }).catch((caught: unknown) => caught)
  expect(errorCode(error)).toBe('TOO_MANY_REDIRECTS')
})

test('compressed responses are asked for, unless told or named otherwise', async () => {
  await using server = await httpServer(
    (request, response) => void response.end(request.headers['accept-encoding'] ?? 'none'),
  )
  const asked = async (transport: UndiciTransport, headers?: Record<string, string>): Promise<string> =>
    Buffer.from((await transport.send({ url: server.url, headers: headers ?? {} })).body).toString()
  await using asking = new UndiciTransport()
  expect(await asked(asking)).toBe('gzip, deflate, br')
  expect(await asked(asking, { 'Accept-Encoding': 'br' })).toBe('br')
  await using plain = new UndiciTransport({ compression: false })
  expect(await asked(plain)).toBe('none')
})

test('a bad option of its own is named', () => {
  expect(() => new UndiciTransport({ connectTimeoutMs: -1 })).toThrow(
    /UndiciTransport.connectTimeoutMs is -1/,
  )
  expect(() => new UndiciTransport({ maxRedirects: -1 })).toThrow(/UndiciTransport.maxRedirects is -1/)
})

test('close ends connections that are still being made, and does not wait for their time limit', async () => {
  // It never begins the handshake of TLS.
  await using server = await rawServer(() => undefined)
  const transport = new UndiciTransport({ connectTimeoutMs: 60_000 })
  const sent = transport.send({ url: server.url.replace('http:', 'https:') })
  await eventually(() => server.open === 1)
  await Promise.all([
    expect(sent).rejects.toMatchObject({ code: 'CLOSED' }),
    transport.close({ timeoutMs: 0 }),
  ])
  await eventually(() => server.open === 0)
})
