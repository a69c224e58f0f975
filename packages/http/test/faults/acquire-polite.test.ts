import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { PipelineConfig } from '../../src/acquisition/configuration/pipeline-config.js'
import { worstRollingSecond } from '../../src/acquisition/summary/rolling-second.js'
import { httpServer } from '../contracts/servers.js'
import { acquired, outputFolder } from '../support/acquire-rig.js'
import { Stalls } from '../support/stalls.js'

const HOUR = 3_600_000

/** Sources of a server, by their paths; each has pages of two records, the third is empty. */
function pipeline(output: string, url: string, names: readonly string[], limits = ''): PipelineConfig {
  const sources = names.map(
    name => `
  - name: ${name}
    baseUrl: ${url}
    path: /${name}
    pagination: { type: page, pageSize: 2 }
    records: items
    limits: { retry: { maxAttempts: 2, baseDelay: 10ms }${limits} }
    mapping: { id: { path: id } }`,
  )
  const text = `rateLimit: 50\nworkers: 1\nsources:${sources.join('')}`
  return parseConfig(text, 'polite.yaml', { flags: { output } }).config
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const page = new URL(request.url ?? '', 'http://a.test').searchParams.get('page')
  const items = page === '3' ? [] : [{ id: `${page}-1` }, { id: `${page}-2` }]
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ items }))
}

function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, headers)
  response.end()
}

describe('a server that asks for quiet', () => {
  test('N-17 for longer than maxWait: the source ends as partial, later runs ask nothing, until it is over or forgotten by name', async () => {
    let asked = 0
    await using server = await httpServer((request, response) => {
      asked += 1
      if (asked === 2) refuse(response, 429, { 'retry-after': '7200' })
      else answer(request, response)
    })
    await using output = await outputFolder()
    const config = pipeline(output.path, server.url, ['shop'])
    const first = await acquired(config)
    const [source] = first.summary.sources
    expect([first.summary.run.status, source?.status, source?.pages, asked]).toEqual([
      'partial',
      'partial',
      1,
      2,
    ])
    expect(source?.errors).toEqual([])
    expect(source?.notices).toMatchObject([
      {
        code: 'QUIET',
        message: expect.stringMatching(
          /^quiet until \d{4}-\S+:\d\dZ, asked by 429 of page 2 of shop \(retry-after\).*--forget-wait shop/,
        ),
      },
    ])
    for (const fresh of [false, true]) {
      const { summary, events } = await acquired(config, { fresh })
      expect([summary.run.status, asked]).toEqual(['partial', 2])
      const told = events.find(event => event.type === 'throttled')
      expect(told).toMatchObject({ source: 'shop', askedBy: '429 of page 2 of shop (retry-after)' })
      expect(told?.waitMs).toBeGreaterThan(1.9 * HOUR)
    }
    const { summary } = await acquired(config, { forgetWaits: ['shop'] })
    expect(summary.run.status).toBe('complete')
    expect(summary.sources[0]).toMatchObject({ accepted: 4, status: 'complete' })
  })

  test('N-17 for a moment: it is waited out, and told with its reason', async () => {
    let asked = 0
    await using server = await httpServer((request, response) => {
      asked += 1
      if (asked === 2) refuse(response, 429, { 'retry-after': '0.2' })
      else answer(request, response)
    })
    await using output = await outputFolder()
    const { summary, events } = await acquired(pipeline(output.path, server.url, ['shop']))
    const [source] = summary.sources
    expect(source).toMatchObject({
      status: 'complete',
      accepted: 4,
      errors: [{ code: 'HTTP_429', count: 1 }],
    })
    const askedBy = '429 of page 2 of shop (retry-after)'
    expect(source?.notices[0]?.message).toMatch(
      /^quiet until .*Z, asked by 429 of page 2 of shop \(retry-after\)$/,
    )
    expect(events.find(event => event.type === 'throttled')).toMatchObject({ waitMs: 200, askedBy })
  })

  test('N-17 at an origin of several sources binds them all, and no other origin', async () => {
    let quiet = true
    await using server = await httpServer((request, response) => {
      if (quiet)
        refuse(response, 503, {
          'ratelimit-remaining': '0',
          'ratelimit-reset': '7200',
          'retry-after': '7200',
        })
      else answer(request, response)
      quiet = false
    })
    await using other = await httpServer(answer)
    await using output = await outputFolder()
    const config = pipeline(output.path, server.url, ['one', 'two'])
    const [elsewhere] = pipeline(output.path, other.url, ['other']).streams
    const streams = [...config.streams, ...(elsewhere === undefined ? [] : [elsewhere])]
    const { summary } = await acquired({ ...config, streams })
    expect(summary.sources.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'one partial',
      'two partial',
      'other complete',
    ])
  })

  test('N-24 an interruption does not wait for it, and gives the page back with its tries', async () => {
    await using server = await httpServer((_request, response) =>
      refuse(response, 429, { 'retry-after': '60' }),
    )
    await using output = await outputFolder()
    const stop = new AbortController()
    const began = performance.now()
    const { summary } = await acquired(pipeline(output.path, server.url, ['shop']), {
      signal: stop.signal,
      onEvent: event => {
        if (event.type === 'throttled') stop.abort()
      },
    })
    expect(summary.run.status).toBe('interrupted')
    // The grace time is 5 s.
    expect(performance.now() - began).toBeLessThan(4_000)
  })

  test('N-24 the end of the time is not waited for, where the quiet is longer', async () => {
    await using server = await httpServer((_request, response) =>
      refuse(response, 429, { 'retry-after': '60' }),
    )
    await using output = await outputFolder()
    const began = performance.now()
    const config = { ...pipeline(output.path, server.url, ['shop']), timeoutMs: 20_000 }
    const { summary } = await acquired(config)
    expect(summary.run.status).toBe('partial')
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

describe('sources that share an origin', () => {
  const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']

  test('N-23b keep its rate together, and the summary counts them together', async () => {
    using stalls = new Stalls()
    const at: number[] = []
    await using server = await httpServer((request, response) => {
      at.push(performance.now())
      answer(request, response)
    })
    await using output = await outputFolder()
    const config = pipeline(output.path, server.url, NAMES, ', rate: 10')
    const { summary } = await acquired(config)
    expect(summary.run.status).toBe('complete')
    expect(at).toHaveLength(18)
    const windowMs = 1_000 - stalls.worstMs
    expect(
      worstRollingSecond(at.map(moment => moment * (1_000 / Math.max(100, windowMs)))),
    ).toBeLessThanOrEqual(10)
    const worst = summary.sources.map(source => source.rateLimit.worstRollingSecond)
    expect(new Set(worst).size).toBe(1)
    expect(worst[0]).toBeLessThanOrEqual(10)
    expect(worst[0]).toBeGreaterThan(5)
  })

  test('N-23b per: path sets them apart; the lowest of different rates is told', async () => {
    await using server = await httpServer(answer)
    await using output = await outputFolder()
    const [slow] = pipeline(output.path, server.url, ['slow'], ', rate: 5').streams
    const config = pipeline(output.path, server.url, ['fast'], ', rate: 40')
    const streams = [...config.streams, ...(slow === undefined ? [] : [slow])]
    const { summary } = await acquired({ ...config, streams })
    expect(summary.sources[0]?.notices).toMatchObject([{ code: 'SHARED_RATE' }])
    expect(summary.sources[0]?.notices[0]?.message).toContain('limits.rate is 40 and 5 holds')
    expect(summary.sources.map(({ rateLimit }) => rateLimit.limitPerSecond)).toEqual([5, 5])
    await using apart = await outputFolder()
    const own = streams.map(source => ({ ...source, limits: { ...source.limits, per: 'path' as const } }))
    const { summary: second } = await acquired({ ...config, output: apart.path, streams: own })
    expect(second.sources.map(({ rateLimit }) => rateLimit.limitPerSecond)).toEqual([40, 5])
    expect(second.sources.flatMap(({ notices }) => notices)).toEqual([])
  })

  test('N-23b one that only fails is given up, and the others are taken', async () => {
    await using server = await httpServer((request, response) => {
      if (request.url?.startsWith('/bad') === true) refuse(response, 500, {})
      else answer(request, response)
    })
    await using output = await outputFolder()
    const limits =
      ', breaker: { failureThreshold: 2, openStateDuration: 100ms }, giveUpAfter: 500ms, rate: 50'
    const { summary } = await acquired(pipeline(output.path, server.url, ['bad', 'good'], limits))
    expect(summary.sources.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'bad failed',
      'good complete',
    ])
  })
})
