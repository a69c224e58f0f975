import { createServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { withAdvice } from '../../src/engines/certificate-advice.js'
import { UndiciTransport } from '../../src/engines/index.js'
import type { UndiciTransportOptions } from '../../src/engines/index.js'
import { deadUrl, eventually, httpServer, rawServer } from '../contracts/servers.js'
import { selfSigned } from '../support/certificates.js'
import type { TestCertificate } from '../support/certificates.js'
import { proxyServer } from '../support/proxy-server.js'
import { testWith } from '../support/services.js'

async function tlsServer({ key, cert }: TestCertificate, more: object = {}) {
  const server = createServer({ key, cert, ...more }, (request, response) => void response.end(request.url))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The body of the answer, or the error as code and message. */
async function told(url: string, options: UndiciTransportOptions): Promise<string> {
  await using transport = new UndiciTransport(options)
  return await transport.send({ url }).then(
    ({ body, statusCode }) => `${statusCode} ${Buffer.from(body).toString()}`,
    (error: NodeJS.ErrnoException) => `${error.code}: ${error.message}`,
  )
}

describe('a proxy', () => {
  test('N-22 is asked for the whole URL of an http request, again and again on its connection', async () => {
    await using server = await httpServer((request, response) => {
      response.end(`${request.headers.host} ${request.url} ${request.headers['proxy-authorization']}`)
    })
    await using proxy = await proxyServer({ to: Number(new URL(server.url).port) })
    await using transport = new UndiciTransport({ proxy: proxy.url })
    const bodyOf = async (url: string) => Buffer.from((await transport.send({ url })).body).toString()
    expect(await bodyOf('http://shop.example/a?b=1')).toBe('shop.example /a?b=1 undefined')
    expect(await bodyOf('http://shop.example/c')).toBe('shop.example /c undefined')
    expect(proxy.asked).toEqual(['GET http://shop.example/a?b=1', 'GET http://shop.example/c'])
  })

  test('N-22 gets its own user and password', async () => {
    await using server = await httpServer((_, response) => void response.end())
    await using proxy = await proxyServer({ to: Number(new URL(server.url).port) })
    await told('http://shop.example/', { proxy: proxy.url.replace('//', '//me:p%40ss@') })
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`])
  })

  test('N-22 may be far away from a private address that nobody named', async () => {
    await using proxy = await proxyServer({ to: 1 })
    await using transport = new UndiciTransport({ proxy: proxy.url, maxRedirects: 1 })
    expect((await transport.send({ url: 'http://shop.example/' })).statusCode).toBe(502)
  })

  test('N-22 that nobody is, refuses or never answers is named, and not taken for the server', async () => {
    const dead = await deadUrl()
    expect(await told('http://shop.example/', { proxy: dead })).toMatch(`ECONNREFUSED: the proxy ${dead}: `)
    expect(await told('https://shop.example/', { proxy: dead })).toMatch(`ECONNREFUSED: the proxy ${dead}: `)
    await using refusing = await proxyServer({ refusal: 407 })
    expect(await told('https://shop.example/', { proxy: refusing.url })).toBe(
      `PROXY_REFUSED: the proxy ${refusing.url}: answered 407 to CONNECT shop.example:443: ` +
        'it asks for a user and a password (http://user:password@host)',
    )
    await using closing = await rawServer(socket => void socket.end())
    const closed = `the proxy ${closing.url}: `
    expect(await told('http://shop.example/', { proxy: closing.url })).toMatch(`CONNECTION_CLOSED: ${closed}`)
    expect(await told('https://shop.example/', { proxy: closing.url })).toMatch(`ECONNRESET: ${closed}`)
    await using silent = await rawServer(() => undefined)
    const options = { proxy: silent.url, connectTimeoutMs: 100 }
    expect(await told('https://shop.example/', options)).toMatch(`CONNECT_TIMEOUT: the proxy ${silent.url}: `)
  })

  test('N-22 that never answers is left when the transport is closed', async () => {
    await using silent = await rawServer(() => undefined)
    const transport = new UndiciTransport({ proxy: silent.url, connectTimeoutMs: 60_000 })
    const sent = transport.send({ url: 'https://shop.example/' })
    await eventually(() => silent.open === 1)
    await Promise.all([
      expect(sent).rejects.toMatchObject({ code: 'CLOSED' }),
      transport.close({ timeoutMs: 0 }),
    ])
    await eventually(() => silent.open === 0)
  })

  test.each(['proxy:3128', 'socks5://127.0.0.1:1080', ''])('N-22 %j is no proxy', proxy => {
    expect(() => new UndiciTransport({ proxy })).toThrow(/UndiciTransport.proxy is .*; allowed is an http/)
  })

  testWith('openssl')('N-22 makes a tunnel to an https server, whose certificate is checked', async () => {
    await using certificate = await selfSigned('DNS:shop.example')
    await using server = await tlsServer(certificate)
    await using proxy = await proxyServer({ to: server.port })
    const tls = { ca: certificate.cert }
    expect(await told('https://shop.example/x', { proxy: proxy.url, tls })).toBe('200 /x')
    expect(await told('https://shop.example/x', { proxy: proxy.url })).toMatch('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(await told('https://other.example/x', { proxy: proxy.url, tls })).toMatch('ALTNAME_INVALID')
    expect(proxy.asked).toEqual([
      'CONNECT shop.example:443',
      'CONNECT shop.example:443',
      'CONNECT other.example:443',
    ])
  })
})

describe('certificates', () => {
  testWith('openssl')('N-22 one that nobody knows, or of another name is told with its remedy', async () => {
    await using own = await selfSigned()
    await using server = await tlsServer(own)
    expect(await told(server.url, {})).toMatch(/^DEPTH_ZERO_SELF_SIGNED_CERT: .*tls\.ca.*NODE_EXTRA_CA_CERTS/)
    expect(await told(server.url, { tls: { ca: own.cert } })).toBe('200 /')
    expect(await told(server.url, { tls: { rejectUnauthorized: false } })).toBe('200 /')

    await using named = await selfSigned('DNS:shop.example')
    await using other = await tlsServer(named)
    const { cert: ca } = named
    expect(await told(other.url, { tls: { ca } })).toMatch(/^ERR_TLS_CERT_ALTNAME_INVALID: .*tls\.servername/)
    expect(await told(other.url, { tls: { ca, servername: 'shop.example' } })).toBe('200 /')
  })

  testWith('openssl')('N-22 a server that asks for one of its clients gets it', async () => {
    await using own = await selfSigned()
    await using server = await tlsServer(own, { requestCert: true, ca: own.cert })
    const { cert, key } = own
    expect(await told(server.url, { tls: { ca: cert, cert, key } })).toBe('200 /')
    expect(await told(server.url, { tls: { ca: cert } })).toMatch('CONNECTION_CLOSED')
  })

  test.each([
    ['CERT_HAS_EXPIRED', /^no; .*renewed/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /^no; .*tls\.ca/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /^no; .*tls\.cert and tls\.key/],
    ['ECONNREFUSED', /^no$/],
  ])('N-22 %s is told as %s', (code, message) => {
    expect(withAdvice(code, 'no')).toMatch(message)
  })

  test('N-22 a server that speaks no TLS is told', async () => {
    await using server = await httpServer((_, response) => void response.end())
    expect(await told(server.url.replace('http:', 'https:'), {})).toBe(
      'ERR_SSL_WRONG_VERSION_NUMBER: wrong version number; ' +
        'the server speaks no TLS here: is it http and not https?',
    )
  })
})
