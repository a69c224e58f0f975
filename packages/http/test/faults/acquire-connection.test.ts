import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'
import { selfSigned } from '../support/certificates.js'
import { proxyServer } from '../support/proxy-server.js'
import { testWith } from '../support/services.js'

const PAGE = JSON.stringify({ items: [{ id: 'a' }], next: null })

/** A source of one page; the lines stand in its entry. */
const sourceAt = (name: string, baseUrl: string, lines: readonly string[]): string => `
  - name: ${name}
    baseUrl: ${baseUrl}
    headers: { authorization: Bearer t0p-secret }
${lines.map(line => `    ${line}`).join('\n')}
    pagination: { type: nextUrl, nextUrlPath: next }
    records: items
    mapping: { id: { path: id } }`

async function take(sources: string, environment: Record<string, string> = {}, file = 'p.yaml') {
  await using output = await outputFolder()
  const { config, secrets } = parseConfig(`workers: 1\nsources:${sources}\n`, file, {
    flags: { output: output.path },
    environment,
  })
  const { summary, events } = await acquired(withLimits(config, QUICK), { secrets })
  return { summary, events }
}

test('N-22 each source goes through its own proxy, that of the environment, or none', async () => {
  const server = createHttpServer((_, response) => void response.end(PAGE)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await using outer = await proxyServer({ to: port })
  await using own = await proxyServer({ to: port })
  const sources =
    sourceAt('outer', 'http://outer.example', []) +
    sourceAt('own', 'http://own.example', [`proxy: ${own.url.replace('//', '//me:hunter2@')}`]) +
    sourceAt('direct', `http://127.0.0.1:${port}`, ['proxy: none']) +
    sourceAt('excepted', `http://localhost:${port}`, [])
  const environment = { http_proxy: outer.url, no_proxy: 'localhost' }
  const { summary, events } = await take(sources, environment)
  server.close()
  expect(summary.run.status).toBe('complete')
  expect(outer.asked).toEqual(['GET http://outer.example/'])
  expect(own.asked).toEqual(['GET http://own.example/'])
  expect(own.credentials).toEqual([`Basic ${Buffer.from('me:hunter2').toString('base64')}`])
  expect(JSON.stringify([summary, events])).not.toContain('hunter2')
})

testWith('openssl')('N-22 a certificate that nobody knows is told with its remedy, which works', async () => {
  await using certificate = await selfSigned()
  const { key, cert, folder } = certificate
  const server = createServer({ key, cert }, (_, response) => void response.end(PAGE)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const refused = await take(sourceAt('shop', url, []))
  expect(refused.summary.run.status).toBe('failed')
  const told = refused.events.find(({ type }) => type === 'page-failed')
  expect(told).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: /tls\.ca.*NODE_EXTRA_CA_CERTS/ })
  const trusted = await take(sourceAt('shop', url, ['tls: { ca: cert.pem }']), {}, join(folder, 'p.yaml'))
  expect(trusted.summary.run.status).toBe('complete')
  expect(trusted.events.filter(({ type }) => type === 'warning')).toEqual([])
  const unchecked = await take(sourceAt('shop', url, ['tls: { insecure: true }']))
  server.close()
  expect(unchecked.summary.run.status).toBe('complete')
  expect(unchecked.events).toContainEqual({
    type: 'warning',
    source: 'shop',
    message: 'tls.insecure is true: whoever is on the way can read and change all that is sent',
  })
})
