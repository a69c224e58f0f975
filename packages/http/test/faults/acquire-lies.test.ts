import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { Summary } from '../../src/measurements/index.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

const page = JSON.stringify({ items: [{ id: 'a' }, { id: 'b' }] })
const packed = gzipSync(page)

function response(headers: readonly string[], body: string | Buffer = '', status = '200 OK'): Buffer {
  const head = [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head), Buffer.from(body)])
}

const json = (value: object): Buffer => {
  const body = JSON.stringify(value)
  return response([`content-length: ${body.length}`], body)
}

/** A server that sends these bytes, whatever it is asked, and ends the connection. */
async function liar(bytes: Buffer): Promise<{ url: string; paths: string[] } & AsyncDisposable> {
  const paths: string[] = []
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.on('data', request => {
      paths.push(/^GET (\S+)/.exec(request.toString('latin1'))?.[1] ?? '')
      socket.end(bytes)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function acquiredFrom(url: string): Promise<Summary> {
  await using output = await outputFolder()
  const yaml = `
workers: 1
sources:
  - name: liar
    baseUrl: ${url}
    headers: { authorization: Bearer of-nobody }
    pagination: { type: nextUrl, nextUrlPath: next }
    records: items
    mapping: { id: { path: id } }
`
  const { config } = parseConfig(yaml, 'liar.yaml', { flags: { output: output.path }, environment: {} })
  const { summary } = await acquired(
    withLimits(config, { ...QUICK, breaker: { failureThreshold: 10, openStateDurationMs: 100 } }),
  )
  return summary
}

test.each([
  ['promises more than it sends', response(['content-length: 500'], page), 'TRUNCATED', 4],
  ['promises a petabyte', response(['content-length: 999999999999999'], page), 'TRUNCATED', 4],
  ['promises less than it sends', response(['content-length: 10'], page), 'TRUNCATED_JSON', 4],
  ['promises a negative length', response(['content-length: -5'], page), 'BAD_RESPONSE', 4],
  ['cuts its gzip off', response(['content-encoding: gzip'], packed.subarray(0, -8)), 'BAD_ENCODING', 4],
  ['calls plain text gzip', response(['content-encoding: gzip'], page), 'BAD_ENCODING', 4],
  ['sends a login page', response(['content-type: text/html'], '<html>login</html>'), 'MARKUP_NOT_JSON', 4],
  ['sends nothing, with success', response([], '', '204 No Content'), 'EMPTY_BODY', 4],
  ['has a status that is none', response(['content-length: 0'], '', '000 None'), 'BAD_RESPONSE', 4],
  ['redirects to itself', response(['location: /'], '', '302 Found'), 'REDIRECT_LOOP', 1],
  ['redirects elsewhere', response(['location: http://127.0.0.1:1/'], '', '307 Moved'), 'HTTP_307', 1],
  ['names itself as the next page', json({ items: [{ id: 'a' }], next: '/' }), 'LOOP', 2],
  ['names a next page elsewhere', json({ items: [], next: 'http://127.0.0.1:1/' }), 'NEXT_URL_FOREIGN', 1],
  ['names a file as the next page', json({ items: [], next: 'file:///etc/passwd' }), 'NEXT_URL_FOREIGN', 1],
  ['names no next page where one should be', json({ items: [], next: { page: 2 } }), 'NO_CURSOR', 1],
] as const)('A-8 a server that %s is counted by its code', async (_lie, bytes, code, requests) => {
  await using server = await liar(bytes)
  const { run, errors, totals } = await acquiredFrom(server.url)
  expect(run.status).toBe('failed')
  expect(errors.map(error => [error.code, error.count])).toEqual([[code, code === 'LOOP' ? 1 : requests]])
  expect(totals.requests).toBe(requests)
  expect(new Set(server.paths)).toEqual(new Set(['/']))
})
