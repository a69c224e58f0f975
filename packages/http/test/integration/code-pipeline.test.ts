import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { PipelineInput, RecordChange } from '../../src/acquisition/index.js'
import { acquire, defineConfig, defineSource, records, sample } from '../../src/acquisition/index.js'
import { usableConfig } from '../../src/acquisition/configuration/index.js'
import { outputFolder } from '../support/acquire-rig.js'
import { repository } from '../support/markdown.js'
import type { AskedRequest } from '../support/web-service.js'
import { startService } from '../support/web-service.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

async function listed(rows: AsyncIterable<RecordChange>): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const { fields } of rows) all.push(fields)
  return all
}

const SECRET = 'orders-secret-0123456789'

function isSigned({ method, path, query, headers, body }: AskedRequest): boolean {
  const search = query.size === 0 ? '' : `?${query.toString()}`
  const signature = createHmac('sha256', SECRET).update(`${method}\n${path}${search}\n${body}`).digest('hex')
  return headers['x-signature'] === signature && headers['x-key'] === 'orders-key'
}

const COUNT = 9
const orders = Array.from({ length: COUNT }, (_, index) => ({
  id: index + 1,
  placed: `2026-01-0${1 + Math.floor(index / 3)}`,
  status: index === 4 ? 'draft' : 'open',
  total: `EUR 1.23${index},50`,
}))

test('examples/signed.mjs goes on after kill -9 with the state of its pages, each of them fetched once', async () => {
  let onAsked: (() => void) | undefined
  await using api = await startService(async request => {
    if (!isSigned(request)) return { status: 401 }
    const after = orders.findIndex(({ id }) => id === Number(request.query.get('afterId'))) + 1
    if (after === 4) await new Promise<void>(resolve => (onAsked === undefined ? resolve() : onAsked()))
    return { body: { count: COUNT, orders: orders.slice(after, after + 2) } }
  })
  await using output = await outputFolder()
  const run = () => {
    const file = join(repository, 'examples/signed.mjs')
    const child = spawn(
      process.execPath,
      [
        main,
        'acquire',
        file,
        '--output',
        output.path,
        '--workers',
        '1',
        '--rate-limit',
        '50',
        '--json',
        '--log-level',
        'error',
      ],
      { env: { ...process.env, ORDERS_URL: api.url, ORDERS_KEY: 'orders-key', ORDERS_SECRET: SECRET } },
    )
    let told = ''
    child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
    return { child, exited: once(child, 'close').then(() => told) }
  }
  const killed = run()
  await new Promise<void>(resolve => (onAsked = resolve))
  killed.child.kill('SIGKILL')
  expect(await killed.exited).toBe('')
  onAsked = undefined
  const { child, exited } = run()
  const told = await exited
  expect(told).toContain('"status": "complete"')
  expect(child.exitCode).toBe(0)
  expect(told).not.toContain(SECRET)
  const asked = api.requests.map(({ query }) => query.get('afterId') ?? 'first')
  expect(asked).toEqual(['first', '2', '4', '4', '6', '8'])
  const config: PipelineInput = {
    name: 'signed',
    output: output.path,
    sources: [{ name: 'orders', baseUrl: api.url, id: 'id' }],
  }
  const taken = orders.filter(({ status }) => status !== 'draft')
  expect(await listed(records(config, 'orders'))).toEqual(
    taken.map(({ total, ...order }) => ({
      ...order,
      currency: 'EUR',
      cents: Number(total.replace(/\D/g, '')),
    })),
  )
}, 90_000)

describe('hooks of a program', () => {
  const answer = ({ path, query, headers }: AskedRequest) => {
    if (headers['x-key'] !== 'k') return { status: 401 }
    const [, region, shop] = /^\/(\w+)\/shops\/(\d+)/.exec(path) ?? []
    const page = Number(query.get('page') ?? 1)
    return { body: `${region} ${shop} ${page}\n${region} ${shop} ${page}b\n` }
  }
  const pipeline = (url: string, output: string, partition: () => AsyncIterable<object>): PipelineInput =>
    defineConfig({
      output,
      workers: 1,
      rateLimit: 1_000,
      sources: [
        defineSource({
          name: 'acme',
          baseUrl: url,
          limits: { retry: { maxAttempts: 2, baseDelay: '1ms' } },
          hooks: { authorize: () => ({ headers: { 'x-key': 'k' } }) },
          streams: [
            {
              name: 'sales',
              path: '/{region}/shops/{shop.id}',
              for: [
                { values: ['eu', 'us'], as: 'region' },
                { hook: 'partition', as: 'shop' },
              ],
              id: 'key',
              hooks: {
                partition,
                extract: ({ text }) => text.split('\n').flatMap(key => (key === '' ? [] : [{ key }])),
                transform: (record, { parts }) => ({ ...record, parts }),
                paginate: (_, { page: { number } }) =>
                  number < 2 ? { query: { page: number + 1 } } : undefined,
              },
            },
          ],
        }),
      ],
    })

  test('take part in the same run: parts, pages, records, and all of it once', async () => {
    await using api = await startService(answer)
    await using output = await outputFolder()
    let asked = 0
    const input = pipeline(api.url, output.path, async function* () {
      asked += 1
      if (asked === 1) throw new Error('not yet')
      for (let id = 1; id <= 3; id += 1) yield { id }
    })
    const summary = await acquire(input)
    expect(summary.run.status).toBe('complete')
    expect(summary.sources[0]).toMatchObject({ accepted: 24, requests: 12 })
    expect(summary.sources[0]?.errors.map(({ code, path }) => [code, path])).toEqual([['HOOK_FAILED', '/']])
    const found = await listed(records(input, 'sales'))
    expect(found).toHaveLength(24)
    expect(found).toContainEqual({ key: 'us 3 2b', parts: { region: 'us', shop: { id: 3 } } })
    expect(asked).toBe(2)
  })

  test('a sample takes the first parts, whatever else the hook would give', async () => {
    await using api = await startService(answer)
    await using output = await outputFolder()
    const input = pipeline(api.url, output.path, async function* () {
      for (let id = 1; ; id += 1) yield { id }
    })
    const { config } = usableConfig(input)
    const taken = await sample(config, { count: 2 })
    expect(taken.streams[0]?.records).toHaveLength(2)
    expect(taken.streams[0]?.problems).toEqual([])
  })
})
