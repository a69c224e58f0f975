import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from 'async-patterns/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acquire } from '../../src/acquisition/acquire.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { EmbeddedHealth } from '../../src/acquisition/fetch/stream-health.js'
import type { EndpointLimit } from '../../src/acquisition/fetch/endpoint-limiter.js'
import { EmbeddedLimits } from '../../src/acquisition/fetch/endpoint-limiter.js'
import { SqliteLedger } from '../../src/acquisition/ledger/sqlite/sqlite-ledger.js'
import { EmbeddedQueue } from '../../src/acquisition/queue/embedded-queue.js'
import type { PageReader } from '../../src/acquisition/records/normalise-page.js'
import { pageReader } from '../../src/acquisition/records/normalise-page.js'
import type { Delivery, Sink } from '../../src/acquisition/sinks/sink.js'
import { readingInstructionsOf } from '../../src/acquisition/streams/reading-instructions.js'
import type { TransportRequest } from '../../src/engines/index.js'

const YAML = `
rateLimit: 2
sources:
  - name: shop
    baseUrl: http://shop.test
    limits: { margin: 20ms }
    path: items
    auth: { type: headers, headers: { x-api-key: s3cret-key } }
    pagination: { type: page, pageSize: 2, totalRecordsPath: total }
    records: items
    mapping: { id: { path: id, type: integer } }
`

/** What is closed says so. */
const noting = (closed: string[], name: string) => ({
  [Symbol.asyncDispose]: async (): Promise<void> => void closed.push(name),
})

describe('ports', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ports-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('a run stands on all that is handed in, in virtual time, and closes none of it', async () => {
    const clock = new ManualClock()
    const closed: string[] = []
    const sent: TransportRequest[] = []
    const limits = new EmbeddedLimits(clock)
    const asked: EndpointLimit[] = []
    const { config, secrets } = parseConfig(YAML, 'p.yaml', { flags: { output: join(folder, 'out') } })
    const readers = new Map<string, PageReader>(
      config.streams.map(stream => [stream.name, pageReader(readingInstructionsOf(stream))]),
    )
    const delivered: unknown[] = []
    const sink: Sink = {
      name: 'list',
      async deliver({ streams, records, position: positionOf, setPosition }: Delivery) {
        for (const { name } of streams)
          for await (const { id, position } of records(name, await positionOf('list', name))) {
            delivered.push(id)
            await setPosition('list', name, position)
          }
        return []
      },
      ...noting(closed, 'sink'),
    }
    await using ledger = new SqliteLedger({ file: join(folder, 'elsewhere.db'), clock })
    const closeLedger = ledger[Symbol.asyncDispose].bind(ledger)
    ledger[Symbol.asyncDispose] = async () => {
      closed.push('ledger')
      await closeLedger()
    }
    const queue = new EmbeddedQueue({ clock })
    const run = acquire(config, {
      clock,
      secrets,
      ledger,
      queue,
      sinks: [sink],
      results: { write: async ({ id }) => void delivered.push(id) },
      random: () => 0,
      health: new EmbeddedHealth(clock),
      limits: {
        limiterOf(limit) {
          asked.push(limit)
          return limits.limiterOf(limit)
        },
      },
      transport: {
        async send(request) {
          sent.push(request)
          request.onDeparture?.()
          const page = Number(new URL(request.url).searchParams.get('page'))
          const body = JSON.stringify({
            total: 5,
            items: [2 * page - 1, 2 * page].filter(id => id <= 5).map(id => ({ id })),
          })
          const bytes = new TextEncoder().encode(body)
          return { statusCode: 200, headers: {}, body: bytes, bytes: bytes.length, url: request.url }
        },
        close: async () => undefined,
        ...noting(closed, 'transport'),
      },
      normalise: {
        read: async (bytes, stream, headers) => (readers.get(stream) as PageReader)(bytes, headers),
        ready: async () => undefined,
        ...noting(closed, 'normaliser'),
      },
    })
    const summary = await clock.run(run)
    expect(closed).toEqual([])
    expect(summary.run.status).toBe('complete')
    expect(
      delivered
        .slice(0, 5)
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 2, 3, 4, 5])
    expect(delivered.slice(5)).toEqual([summary.run.id])
    expect(sent.map(({ headers }) => headers?.['x-api-key'])).toEqual([
      's3cret-key',
      's3cret-key',
      's3cret-key',
    ])
    expect(asked).toMatchObject([{ endpoint: 'http://shop.test', ratePerSecond: 2 }])
    // Three pages at two a second take one second, and its margin, of a clock that nobody waited for.
    expect(summary.run.durationMs).toBe(1_020)
    expect(await readdir(folder)).not.toContain('out')
    await queue[Symbol.asyncDispose]()
  })
})
