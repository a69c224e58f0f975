import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { PipelineConfig } from '../../src/acquisition/config.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

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

it('A-8 huge pages are fetched one by one when the bound has room for no more', async () => {
  const [pages, bytes] = [5, 12 * MiB]
  let open = 0
  let mostOpen = 0
  await using server = await served((request, response) => {
    mostOpen = Math.max(mostOpen, (open += 1))
    const page = new URL(request.url ?? '', 'http://host').searchParams.get('page')
    response.once('close', () => (open -= 1))
    // Slow enough that requests which are let go together are seen together.
    setTimeout(() => {
      const items = [{ id: page, blob: 'x'.repeat(bytes) }]
      response.end(JSON.stringify({ items, total: pages }))
    }, 50)
  })
  await using output = await outputFolder()
  const { summary } = await acquired(configFor(server.port, output.path, '16MiB'))
  expect(summary.totals).toMatchObject({ products: pages, pages, retries: 0 })
  expect(mostOpen).toBe(1)
})

it('A-8 a gzip bomb is refused when it grows beyond the bound on pages, and not tried again', async () => {
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
