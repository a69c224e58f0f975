import { expect, test } from 'vitest'
import { WireTransport } from '../../../src/engines/index.js'
import { rawServer } from '../../contracts/servers.js'
import { transportContract } from '../../contracts/transport-contract.js'

transportContract('WireTransport', options => new WireTransport(options))

test('a server that ends its connections without a word gets each request once', async () => {
  let requests = 0
  await using server = await rawServer(socket => {
    requests += 1
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx')
  })
  await using transport = new WireTransport()
  for (let sent = 0; sent < 20; sent++) await transport.send({ url: server.url })
  expect(requests).toBe(20)
})
