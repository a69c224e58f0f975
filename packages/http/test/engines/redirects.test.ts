import { describe, expect, test } from 'vitest'
import { errorCode, UndiciTransport } from '../../src/engines/index.js'
import { maySendOn } from '../../src/engines/reach.js'
import { httpServer } from '../contracts/servers.js'

const CREDENTIALS = {
  authorization: 'Bearer SECRET',
  Cookie: 'a=SECRET',
  'x-api-key': 'SECRET',
  'X-Auth-Token': 'SECRET',
  'proxy-authorization': 'Basic SECRET',
  'Private-Token': 'SECRET',
  apikey: 'SECRET',
  'x-amz-security-token': 'SECRET',
  'x-nobody-knows': 'SECRET',
  host: 'SECRET.example',
}

/** A server that sends on as its path says (`/302/<where>`), and one at another origin that takes what comes. */
async function twoServers() {
  const seen: { url: string; method: string; headers: object; body: string }[] = []
  const other = await httpServer((request, response) => {
    let body = ''
    request.on('data', chunk => (body += chunk))
    request.on('end', () => {
      const { url = '', method = '', headers } = request
      seen.push({ url, method, headers, body })
      response.end()
    })
  })
  const server = await httpServer((request, response) => {
    const [, status, to = ''] = /^\/(\d+)\/(.*)$/.exec(request.url ?? '') ?? []
    if (status === undefined) response.end('here')
    else response.writeHead(Number(status), { location: decodeURIComponent(to) }).end()
  })
  const from = (status: number, to: string): string => `${server.url}/${status}/${encodeURIComponent(to)}`
  return {
    from,
    seen,
    elsewhere: other.url,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    },
  }
}

describe('redirects to another origin', () => {
  test.each([301, 302, 303, 307, 308])(
    'N-27 %i takes no credential and no unknown header there',
    async status => {
      await using servers = await twoServers()
      await using transport = new UndiciTransport({ maxRedirects: 2 })
      const headers = { ...CREDENTIALS, accept: 'a/b', 'Accept-Language': 'de', 'user-agent': 'test' }
      await transport.send({ url: servers.from(status, `${servers.elsewhere}/x`), headers })
      expect(JSON.stringify(servers.seen)).not.toContain('SECRET')
      expect(servers.seen[0]).toMatchObject({
        method: 'GET',
        headers: { accept: 'a/b', 'accept-language': 'de', 'user-agent': 'test' },
      })
    },
  )

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [302, 'HEAD', 'HEAD'],
  ])('N-27 %i makes of %s a %s without the body', async (status, method, becomes) => {
    await using servers = await twoServers()
    await using transport = new UndiciTransport({ maxRedirects: 2 })
    const body = method === 'HEAD' ? null : 'SECRET'
    const headers = { 'content-type': 'text/plain' }
    await transport.send({ url: servers.from(status, `${servers.elsewhere}/x`), method, body, headers })
    expect(servers.seen).toMatchObject([{ method: becomes, body: '' }])
    if (body !== null) expect(servers.seen[0]?.headers).not.toHaveProperty('content-type')
  })

  test.each([
    [307, 'POST'],
    [308, 'POST'],
    [301, 'PUT'],
    [302, 'PATCH'],
  ])('N-27 %i does not take the body of a %s there', async (status, method) => {
    await using servers = await twoServers()
    await using transport = new UndiciTransport({ maxRedirects: 2 })
    const url = servers.from(status, `${servers.elsewhere}/x`)
    const sent = transport.send({ url, method, body: 'SECRET' })
    await expect(sent).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' })
    await expect(sent).rejects.toThrow(servers.elsewhere)
    expect(servers.seen).toEqual([])
  })

  test('N-27 within the origin, and under another spelling of it, credentials and body go on', async () => {
    const seen: unknown[] = []
    await using server = await httpServer((request, response) => {
      seen.push(request.headers['x-api-key'])
      const { port } = new URL(server.url)
      if (request.url === '/start') response.writeHead(307, { location: `http://2130706433:${port}/end` })
      response.end()
    })
    await using transport = new UndiciTransport({ maxRedirects: 2 })
    const headers = { 'x-api-key': 'k' }
    await transport.send({ url: `${server.url}/start`, method: 'POST', body: 'b', headers })
    expect(seen).toEqual(['k', 'k'])
  })

  test.each(['http://u:p@127.0.0.1/', '//u@127.0.0.1/'])('N-27 to %s, with a user, is refused', async to => {
    await using servers = await twoServers()
    await using transport = new UndiciTransport({ maxRedirects: 2 })
    const sent = transport.send({ url: servers.from(302, to) })
    expect(await sent.catch(errorCode)).toBe('BAD_REQUEST')
  })

  test.each(['blob:http://127.0.0.1/x', 'file:///etc/passwd', 'data:,x', 'javascript:1'])(
    'N-27 %s is no place to follow to',
    async to => {
      await using servers = await twoServers()
      await using transport = new UndiciTransport({ maxRedirects: 2 })
      expect((await transport.send({ url: servers.from(302, to) })).statusCode).toBe(302)
    },
  )

  test('N-27 a circle is told without the query', async () => {
    await using server = await httpServer(
      (_, response) => void response.writeHead(302, { location: '/again?api_key=SECRET' }).end(),
    )
    await using transport = new UndiciTransport({ maxRedirects: 1 })
    const sent = transport.send({ url: `${server.url}/?api_key=SECRET` })
    await expect(sent).rejects.toMatchObject({ code: 'TOO_MANY_REDIRECTS', message: /^[^?]*$/ })
  })
})

describe('redirects to what is more private', () => {
  const toLoopback = (
    _host: string,
    _options: object,
    callback: (error: null, address: { address: string; family: number }[]) => void,
  ): void => callback(null, [{ address: '127.0.0.1', family: 4 }])

  /** A host that looks public, as far as names go, and answers from this machine. */
  const from = async (host: string, to: string): Promise<string> => {
    await using server = await httpServer(
      (_, response) => void response.writeHead(302, { location: to }).end(),
    )
    await using transport = new UndiciTransport({
      maxRedirects: 2,
      reach: 'private',
      lookup: toLoopback,
    })
    return transport.send({ url: server.url.replace('127.0.0.1', host) }).then(() => 'none', errorCode)
  }

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://0xa9fea9fe/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://0/',
    'http://100.100.100.200/',
  ])('A-15 a redirect to %s is refused, whoever sends it', async to => {
    expect(await from('shop.example', to)).toBe('ADDRESS_REFUSED')
    expect(await from('127.0.0.1', to)).toBe('ADDRESS_REFUSED')
  })

  test.each([
    ['shop.example', 'http://127.0.0.2/'],
    ['shop.example', 'http://[::1]/'],
    ['shop.example', 'http://2130706433/'],
    ['shop.example', 'http://10.0.0.1/'],
    ['shop.example', 'http://[fd12::1]/'],
    ['shop.example', 'http://localhost/'],
    ['shop.example', 'http://shops.internal/'],
    ['8.8.8.8', 'http://100.64.0.1/'],
    ['10.0.0.1', 'http://127.0.0.1/'],
    ['shops.internal', 'http://localhost/'],
  ])('A-15 %s may not send on to %s', async (host, to) => {
    expect(maySendOn('named', host, new URL(to).hostname.replace(/^\[|\]$/g, ''))).toBe(false)
  })
})
