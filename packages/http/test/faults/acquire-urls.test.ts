import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { Summary } from '../../src/measurements/index.js'
import { rawServer } from '../contracts/servers.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

interface Answer {
  readonly status?: string
  readonly headers?: readonly string[]
  readonly body?: unknown
}

/** A run against a server that answers each path; what it was asked, and the heads that it got. */
async function run(
  answers: Readonly<Record<string, Answer>>,
  source: string,
): Promise<{ summary: Summary; asked: string[]; heads: string[] }> {
  const heads: string[] = []
  const asked: string[] = []
  await using server = await rawServer((socket, head) => {
    const path = head.split(' ')[1] ?? ''
    heads.push(head)
    asked.push(path)
    const { status = '200 OK', headers = [], body = {} } = answers[path] ?? { status: '404 Not Found' }
    const text = Buffer.from(JSON.stringify(body)).toString('latin1')
    const lines = [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${text.length}`, '', text]
    socket.write(lines.join('\r\n'), 'latin1')
  })
  await using output = await outputFolder()
  const yaml = `
workers: 1
sources:
  - name: s
    baseUrl: ${server.url}
${source}
    records: items
    mapping: { id: { path: id } }
`
  const { config } = parseConfig(yaml, 's.yaml', { flags: { output: output.path }, environment: {} })
  const { limits } = config.streams[0] ?? {}
  const { summary } = await acquired(withLimits(config, { ...QUICK, maxHeaderBytes: limits?.maxHeaderBytes }))
  return { summary, asked, heads }
}

const items = (...ids: string[]) => ids.map(id => ({ id }))

test('N-11 N-20 a redirected page: each hop is a departure, and the relative next URL starts from its end', async () => {
  const { summary, asked } = await run(
    {
      '/v1/items?sort=a%20b&lang=de': {
        status: '308 Moved',
        headers: ['Location: /v2/all/?sort=a%20b&lang=de'],
      },
      '/v2/all/?sort=a%20b&lang=de': { body: { items: items('a'), next: 'more?q=x+y%20z' } },
      '/v2/all/more?q=x+y%20z&sort=a%20b&lang=de': { body: { items: items('b') } },
    },
    `    path: /v1/items?sort=a%20b
    query: { lang: de }
    pagination: { type: nextUrl, nextUrlPath: next }`,
  )
  expect(asked).toEqual([
    '/v1/items?sort=a%20b&lang=de',
    '/v2/all/?sort=a%20b&lang=de',
    '/v2/all/more?q=x+y%20z&sort=a%20b&lang=de',
  ])
  expect(summary.run.status).toBe('complete')
  expect(summary.totals).toMatchObject({ records: 2, requests: 3 })
})

test('N-20 a redirect to another origin is an error that names it', async () => {
  const { summary, asked } = await run(
    { '/items': { status: '302 Found', headers: ['Location: http://127.0.0.2:1/items?sig=abcd'] } },
    `    path: /items
    pagination: { type: linkHeader }`,
  )
  expect(asked).toEqual(['/items'])
  expect(summary.errors).toMatchObject([{ code: 'HTTP_302', count: 1 }])
})

test('N-3 Link headers in several lines and raw UTF-8 are followed, and an unreadable one is an error', async () => {
  const { summary, asked } = await run(
    {
      '/items': {
        headers: ['Link: <?p=0>; rel=prev', 'Link: </caf\xc3\xa9?p=2>; rel=next'],
        body: { items: items('a', 'b') },
      },
      '/caf%C3%A9?p=2': { headers: ['Link: page 3 comes next'], body: { items: items('c', 'd') } },
    },
    `    path: /items
    pagination: { type: linkHeader }`,
  )
  expect(asked).toEqual(['/items', '/caf%C3%A9?p=2'])
  expect(summary.run.status).not.toBe('complete')
  expect(summary.errors).toMatchObject([{ code: 'LINK_HEADER_INVALID', count: 1 }])
})

test.each([
  ['by default', 20_000, '', 'complete'],
  ['over the limit', 80_000, '', 'failed'],
  ['over the default, allowed', 80_000, '    limits: { maxHeaderSize: 100KB }', 'complete'],
])('N-21 large heads: %s', async (_which, bytes, limits, status) => {
  const { summary, asked } = await run(
    { '/items': { headers: [`Set-Cookie: a=${'x'.repeat(bytes)}`], body: { items: items('a') } } },
    `    path: /items
    pagination: { type: nextUrl, nextUrlPath: next }
${limits}`,
  )
  expect(summary.run.status).toBe(status)
  expect(asked).toHaveLength(1)
  if (status === 'failed') expect(summary.errors).toMatchObject([{ code: 'HEAD_TOO_LARGE', count: 1 }])
})

test('N-19 the headers of a source take the place of the defaults, those of its auth the place of both', async () => {
  const { heads } = await run(
    { '/items': { body: { items: items('a') } } },
    `    path: /items
    headers: { ACCEPT: text/x, User-Agent: me/1, X-Key: one }
    auth: { type: headers, headers: { x-key: two, accept: application/vnd.x+json } }
    pagination: { type: nextUrl, nextUrlPath: next }`,
  )
  const sent = (name: string) => heads[0]?.match(new RegExp(`^${name}: .*(?=\\r|$)`, 'gim'))
  expect(sent('accept')).toEqual(['accept: application/vnd.x+json'])
  expect(sent('user-agent')).toEqual(['User-Agent: me/1'])
  expect(sent('x-key')).toEqual(['x-key: two'])
})
