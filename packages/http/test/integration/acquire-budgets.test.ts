import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { AcquireEvent } from '../../src/acquisition/index.js'
import { acquire } from '../../src/acquisition/index.js'
import { outputFolder } from '../support/acquire-rig.js'

type Answer = (request: IncomingMessage, response: ServerResponse, page: number) => void

/** A server of 20 pages of one record, and the pages that it was asked for. */
async function serverWith(answer: Answer = () => undefined) {
  const asked: number[] = []
  const server = createServer((request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://127.0.0.1').searchParams.get('page'))
    asked.push(page)
    answer(request, response, page)
    if (response.writableEnded) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ items: page <= 20 ? [{ id: `r${page}` }] : [] }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const sourceAt = (baseUrl: string, keys: object) => ({
  name: 'shop',
  baseUrl,
  pagination: { type: 'page', pageSize: 1 } as const,
  records: 'items',
  mapping: { id: { path: 'id' } },
  ...keys,
})

async function acquired(output: string, source: ReturnType<typeof sourceAt>, fresh = false) {
  const events: AcquireEvent[] = []
  const summary = await acquire(
    { output, rateLimit: 1_000, workers: 1, sources: [source] },
    { fresh, onEvent: event => events.push(event) },
  )
  return { summary, shop: summary.sources[0], events }
}

describe('budgets of a source', () => {
  test('a quota that is used up leaves the rest to a later run, which knows what was used', async () => {
    await using server = await serverWith()
    await using output = await outputFolder()
    const source = sourceAt(server.url, { limits: { quota: '5/day' } })
    const first = await acquired(output.path, source)
    expect(first.shop).toMatchObject({ status: 'partial', accepted: 5 })
    expect(first.shop?.notices.find(({ code }) => code === 'QUOTA')?.message).toMatch(
      /^quiet until .*, asked by limits\.quota 5\/day: left to a later run$/,
    )
    expect(server.asked).toHaveLength(5)
    for (const fresh of [false, true]) {
      const again = await acquired(output.path, source, fresh)
      expect(again.summary.run.status).toBe('partial')
      expect(server.asked).toHaveLength(5)
    }
    const more = await acquired(output.path, sourceAt(server.url, { limits: { quota: '8/day' } }))
    expect(server.asked).toHaveLength(8)
    expect(more.shop).toMatchObject({ status: 'partial', accepted: 3 })
  })

  test('a short quota is waited for, and told', async () => {
    await using server = await serverWith()
    await using output = await outputFolder()
    const { summary, shop, events } = await acquired(
      output.path,
      sourceAt(server.url, { limits: { quota: ['11/second', '1000/day'] } }),
    )
    expect(summary.run.status).toBe('complete')
    expect([shop?.accepted, server.asked.length]).toEqual([20, 21])
    expect(summary.run.durationMs).toBeGreaterThan(900)
    expect(events.some(event => event.type === 'throttled')).toBe(
      shop?.notices.some(({ code }) => code === 'QUOTA'),
    )
  })
})

describe('rules of a source', () => {
  test('skipped pages are done and told, a failed one ends no other, and errors tell the remedy', async () => {
    await using server = await serverWith((_request, response, page) => {
      if (page === 3) response.writeHead(404).end('{}')
      if (page === 5) response.writeHead(400, { 'content-type': 'text/html' }).end('<p>no such page</p>')
      if (page === 7) response.writeHead(403).end(JSON.stringify({ error: { code: 'PLAN' } }))
    })
    await using output = await outputFolder()
    const { shop } = await acquired(
      output.path,
      sourceAt(server.url, {
        pagination: { type: 'page', pageSize: 1, totalPagesPath: 'pages', stopAfterEmpty: 3 },
        responses: [
          { status: 404, then: 'skip' },
          {
            status: '4xx',
            body: { path: '', matches: 'no such page' },
            then: 'skip',
            message: 'they are gone',
          },
          {
            status: 403,
            body: { path: 'error.code', is: 'PLAN' },
            then: 'fail',
            message: 'ask for a larger plan',
          },
        ],
      }),
    )
    expect(
      shop?.notices.filter(({ code }) => code === 'RESPONSE_SKIPPED').map(({ message }) => message),
    ).toEqual([
      'answered 400 and skipped by a rule: the body: "<p>no such page</p>"; they are gone',
      'answered 404 and skipped by a rule',
    ])
    expect(shop?.errors).toMatchObject([
      {
        code: 'HTTP_403',
        count: 1,
        message: 'The server answered 403, error.code: "PLAN" (ask for a larger plan)',
      },
    ])
    expect(shop?.accepted).toBe(4)
  })
})
