import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { PipelineConfig } from '../../src/acquisition/configuration/pipeline-config.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { Summary } from '../../src/measurements/index.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'
import { run } from '../support/run.js'

const MiB = 2 ** 20

async function served(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ port: number } & AsyncDisposable> {
  const server: Server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function configFor(port: number, output: string, memory: string): PipelineConfig {
  const yaml = `
memory: ${memory}
workers: 1
sources:
  - name: big
    baseUrl: http://127.0.0.1:${port}
    pagination: { type: page, pageParam: page, pageSize: 1, totalRecordsPath: total }
    records: items
    mapping: { id: { path: id } }
`
  return withLimits(parseConfig(yaml, 'big.yaml', { flags: { output }, environment: {} }).config, QUICK)
}

test('A-8 huge pages are fetched one by one when the bound has room for no more', async () => {
  const [pages, bytes] = [5, 12 * MiB]
  let open = 0
  let mostOpen = 0
  await using server = await served((request, response) => {
    mostOpen = Math.max(mostOpen, (open += 1))
    const page = new URL(request.url ?? '', 'http://host').searchParams.get('page')
    response.once('close', () => (open -= 1))
    // Slow enough that requests which are let go together are seen together.
    setTimeout(() => {
      const items = Number(page) > pages ? [] : [{ id: page, blob: 'x'.repeat(bytes) }]
      response.end(JSON.stringify({ items, total: pages }))
    }, 50)
  })
  await using output = await outputFolder()
  const { summary } = await acquired(configFor(server.port, output.path, '16MiB'))
  expect(summary.totals).toMatchObject({ records: pages, pages: pages + 1, retries: 0 })
  expect(mostOpen).toBe(1)
})

test('A-8 a gzip bomb is refused when it grows beyond the bound on pages, and not tried again', async () => {
  const bomb = gzipSync(Buffer.alloc(200 * MiB, 0x20))
  const requests: (string | undefined)[] = []
  await using server = await served((request, response) => {
    requests.push(request.url)
    response.setHeader('content-encoding', 'gzip')
    response.end(bomb)
  })
  await using output = await outputFolder()
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 1)
  const { summary } = await acquired(configFor(server.port, output.path, '64MiB'))
  clearInterval(watch)
  expect(summary.run.status).toBe('failed')
  expect(summary.errors).toMatchObject([{ code: 'BODY_TOO_LARGE', count: 1 }])
  expect(requests).toHaveLength(1)
  expect(most - before).toBeLessThan(160 * MiB)
})

const support = (file: string): string => fileURLToPath(new URL(`../support/${file}`, import.meta.url))

/** Three sources whose pages are as heavy as pages may be, as a pipeline for them. */
async function hugePages(bytes: number, pages: number): Promise<{ yaml: string } & AsyncDisposable> {
  const child = spawn(process.execPath, [support('huge-pages.mjs'), `${bytes}`, `${pages}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  const sources = ['told', 'untold', 'packed'].map(
    name => `
  - name: ${name}
    baseUrl: http://127.0.0.1:${String(port).trim()}
    path: ${name}
    pagination: { type: page, pageSize: 5000, totalRecordsPath: total }
    records: items
    mapping: { id: { path: id } }
    limits: { timeout: 2m, rate: 100 }`,
  )
  return {
    yaml: `memory: 64MiB\nworkers: 3\ntimeout: 5m\nsources:${sources.join('')}\n`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

test('A-8 50 MB pages of three sources and a slow sink: memory stays under its bound, from the first page on', {
  timeout: 120_000,
}, async () => {
  const [bytes, pages] = [50_000_000, 1]
  await using huge = await hugePages(bytes, pages)
  await using output = await outputFolder()
  const file = join(output.path, 'huge.yaml')
  await writeFile(file, huge.yaml)
  const command = ['acquire', file, '--output', join(output.path, 'out'), '--json', '--log-level', 'error']
  const { code, stdout, stderr } = await run(process.execPath, [
    support('acquire-slow-sink.mjs'),
    '1500',
    ...command,
  ])
  expect(code, stderr).toBe(0)
  const { totals } = JSON.parse(stdout) as Summary
  // Behind a full last page one more is asked for.
  expect(totals).toMatchObject({ pages: 3 * (pages + 1), records: (3 * pages * bytes) / 10_000, retries: 0 })
  const memory = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as Record<
    'start' | 'most' | 'pages',
    number
  >
  expect(memory.pages).toBeGreaterThan(0.95 * bytes)
  expect(memory.pages).toBeLessThanOrEqual(64 * MiB)
  // Text, parsed JSON and what is not collected yet, of one such page: not of three.
  expect(memory.most - memory.start).toBeLessThan(16 * 64 * MiB)
})
