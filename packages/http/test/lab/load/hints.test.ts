import { expect, test } from 'vitest'
import { createServer as createHttp2 } from 'node:http2'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { hintsOf } from '../../../src/lab/load/hints.js'
import { runLoad } from '../../../src/lab/index.js'
import { rawServer } from '../../contracts/servers.js'

test('N-42 a server of HTTP/2 alone gets a hint', async () => {
  const server = createHttp2().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { result } = await runLoad({ url: `http://127.0.0.1:${port}/`, connections: 1, requests: 2 })
  server.close()
  expect(result.hints.join()).toContain('HTTP/2')
})

test('N-42 a server that ends connections without a word gets a hint', async () => {
  await using server = await rawServer(socket => void socket.destroy())
  const { result } = await runLoad({ url: server.url, connections: 1, requests: 3 })
  expect(result.hints).toEqual([expect.stringContaining('ends connections without an answer')])
})

test('N-42 and so does one that only sometimes does', async () => {
  await using server = await rawServer((socket, _, count) => {
    if (count % 5 === 0) socket.destroy()
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  const { result } = await runLoad({ url: server.url, connections: 1, requests: 10 })
  expect(result.hints).toEqual([expect.stringContaining('had not said it would end')])
})

test('N-42 no errors, no hints; each hint once', () => {
  const url = 'https://127.0.0.1/'
  expect(hintsOf({ url, errors: {}, succeeded: 5 })).toEqual([])
  expect(hintsOf({ url, errors: { HTTP_500: 5 }, succeeded: 0 })).toEqual([])
  const certificates = { DEPTH_ZERO_SELF_SIGNED_CERT: 1, SELF_SIGNED_CERT_IN_CHAIN: 1 }
  expect(hintsOf({ url, errors: certificates, succeeded: 0 })).toHaveLength(1)
  expect(hintsOf({ url, errors: { ECONNREFUSED: 1 }, succeeded: 0 })).toEqual([
    'nobody listens at 127.0.0.1:443',
  ])
})
