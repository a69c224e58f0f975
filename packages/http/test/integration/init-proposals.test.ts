import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TestServer } from '../contracts/servers.js'
import { httpServer } from '../contracts/servers.js'
import { run } from '../support/run.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let folder = ''
let server: TestServer
let asked: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'))
  asked = []
  server = await httpServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    asked.push(`${request.url} ${request.headers.authorization}`)
    const answer = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    if (pathname === '/openapi.json') return answer(200, description)
    if (pathname === '/moved') return answer(302, {}, { location: '/items' })
    if (pathname === '/text') return response.end('<html>')
    if (request.headers.authorization !== 'Bearer s3cret-token') return answer(401, {})
    const page = Number(searchParams.get('page') ?? 1)
    const data = page > 3 ? [] : [1, 2].map(index => ({ id: `i${page}-${index}` }))
    return answer(200, { data, meta: { page, total_pages: 3, per_page: 2 } })
  })
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const description = {
  openapi: '3.0.0',
  servers: [{ url: '/' }],
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  paths: {
    '/items': {
      get: {
        parameters: [{ in: 'query', name: 'page' }],
        responses: {
          200: {
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: { data: { type: 'array', items: { properties: { id: {} } } } },
                },
              },
            },
          },
        },
      },
    },
  },
}

const cli = (args: readonly string[], env = { TOKEN: 's3cret-token' }) =>
  run(process.execPath, [main, ...args], { cwd: folder, env: { ...process.env, no_proxy: '*', ...env } })

test('a URL becomes a pipeline with one request, and the pipeline takes all pages', async () => {
  const { code, stdout } = await cli([
    'init',
    `${server.url}/items`,
    '--bearer',
    '${TOKEN}',
    '--name',
    'acme',
  ])
  expect([code, asked]).toEqual([0, ['/items Bearer s3cret-token']])
  expect(stdout).toContain('records data: certain: the only list of objects')
  expect(stdout).toContain('It needs: TOKEN')
  const written = await readFile(join(folder, 'pipeline.yaml'), 'utf8')
  expect(written).not.toContain('s3cret')
  const taken = await cli(['acquire', '--json', '--quiet', '--rate-limit', '100'])
  expect(JSON.parse(taken.stdout)).toMatchObject({ totals: { records: 6 }, run: { status: 'complete' } })
  const again = await cli(['init', `${server.url}/items`])
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--force overwrites it')])
}, 60_000)

test('a description at a URL or in a file becomes a pipeline', async () => {
  const found = await cli(['init', `${server.url}/openapi.json`, '-o', 'a.yaml', '--name', 'acme'])
  expect([found.code, asked.length]).toEqual([0, 1])
  expect(found.stdout).toContain('1 streams: items')
  const taken = await cli(['acquire', 'a.yaml', '--sample', '3', '--format', 'json', '--rate-limit', '100'])
  expect(JSON.parse(taken.stdout)).toMatchObject({ streams: [{ name: 'acme.items', records: [{}, {}, {}] }] })
  await writeFile(join(folder, 'openapi.json'), JSON.stringify({ openapi: '3.1.0', paths: {} }))
  const nothing = await cli(['init', 'openapi.json', '-o', 'b.yaml'])
  expect([nothing.code, nothing.stdout]).toEqual([1, expect.stringContaining('Nothing was written.')])
}, 60_000)

test.each([
  [['/moved'], 1, 'the server answered with 302, which leads to /items'],
  [['/items'], 1, 'the server answered with 401'],
  [['/text'], 2, 'the page is no JSON'],
  [['/items', '--bearer', 's3cret-token'], 2, '--bearer takes the name of an environment variable'],
  [['/items', '--header', 'nonsense'], 2, "--header needs the form 'Name: value'"],
  [['/items', '--header', 'x-a: ${NOT_THERE}'], 2, 'the environment variable NOT_THERE is not set'],
])('%j ends with %d', async ([path, ...args], code, message) => {
  const ended = await cli(['init', `${server.url}${path}`, ...args])
  expect(ended.stderr).toContain(message)
  expect(ended.stderr).not.toContain('s3cret')
  expect(ended.code).toBe(code)
  expect(asked.length).toBeLessThanOrEqual(1)
})
