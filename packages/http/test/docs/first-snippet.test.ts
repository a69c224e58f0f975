import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { repository, snippetsOf } from '../support/markdown.js'

type Call = () => Promise<void>

const library = pathToFileURL(join(repository, 'packages/patterns/dist/bundle/index.js')).href

/**
 * The first TypeScript of the file that runs a policy: its call as a function, quicker, and at the server
 * given.
 */
async function loaded(file: string, url: string, folder: string): Promise<Call> {
  const snippet =
    snippetsOf(file, 'ts').find(({ code }) => code.includes('await policy.execute('))?.code ?? ''
  const [before = '', after = ''] = snippet.split(/^(?=const response = await policy\.execute\()/m)
  const code = `${before}\nexport async function call() {\n${after}}\n`
    .replace("'async-patterns'", JSON.stringify(library))
    .replace(/http:\/\/127\.0\.0\.1:8001/, url)
    .replace(/baseDelayMs: \d+/, 'baseDelayMs: 1')
    .replace(/maxRequests: \d+/, 'maxRequests: 1_000')
    .replace('console.log(response.status)', '')
  const module = join(folder, 'snippet.mjs')
  await writeFile(
    module,
    ts.transpile(code, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }),
  )
  const { call } = (await import(pathToFileURL(module).href)) as { call: Call }
  return call
}

const failure = (error: unknown): string => (error as { code: string }).code

test.each(['README.md', 'packages/patterns/README.md', 'docs/development.md'])(
  '%s: a server that answers 503 is retried, and then spared by an open breaker',
  async file => {
    let requests = 0
    const server = createServer((_request, response) => {
      requests += 1
      response.writeHead(503).end('down')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const folder = await mkdtemp(join(tmpdir(), 'first-snippet-'))
    try {
      const call = await loaded(file, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, folder)
      const ends: string[] = []
      for (let time = 0; time < 50; time += 1) ends.push(await call().then(() => 'answered', failure))
      // Four attempts for each of the first two calls; the third one's second attempt is the tenth failure.
      expect(requests).toBe(10)
      expect(ends).toEqual([
        'RETRY_EXHAUSTED',
        'RETRY_EXHAUSTED',
        ...Array.from({ length: 48 }, () => 'CIRCUIT_OPEN'),
      ])
    } finally {
      server.close()
      await rm(folder, { recursive: true, force: true })
    }
  },
)

test('the snippet is the same in the README and in that of the package', () => {
  const [first = '', ...others] = ['README.md', 'packages/patterns/README.md'].map(
    file => snippetsOf(file, 'ts')[0]?.code,
  )
  expect(first).toContain('await policy.execute(')
  expect(others).toEqual([first])
  expect(readFileSync(join(repository, 'README.md'), 'utf8')).toContain('$ make run')
})
