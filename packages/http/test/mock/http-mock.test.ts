import { startHttpMock } from '@async-patterns/http/mock'
import type { HttpMock, HttpMockRequests } from '@async-patterns/http/mock'
import { Histogram } from 'async-patterns/observability'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../contracts/servers.js'

const FAST = { latency: 0 } as const

let mock: HttpMock

beforeAll(async () => {
  mock = await startHttpMock({ seed: 1, behaviour: FAST })
})

beforeEach(() => {
  mock.setBehaviour(FAST)
  mock.clearStats()
})

afterAll(() => mock.close())

async function ask(
  path: string,
  init?: RequestInit,
): Promise<{ status: number; body: string; headers: Headers; ms: number }> {
  const startedAt = performance.now()
  const response = await fetch(mock.url + path, init)
  const body = await response.text()
  return { status: response.status, body, headers: response.headers, ms: performance.now() - startedAt }
}

async function statuses(path: string, times: number): Promise<number[]> {
  const seen: number[] = []
  for (let nth = 0; nth < times; nth++) seen.push((await ask(path)).status)
  return seen
}

describe('routes', () => {
  test('/get echoes the request', async () => {
    const { status, body } = await ask('/get?a=1&b=%C3%BC', { headers: { 'x-test': 'yes' } })
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({
      method: 'GET',
      url: '/get?a=1&b=%C3%BC',
      args: { a: '1', b: 'ü' },
      headers: { 'x-test': 'yes' },
    })
  })

  test.each([200, 204, 304, 404, 429, 503, 599])('/status/%d', async status => {
    expect((await ask(`/status/${status}`)).status).toBe(status)
  })

  test('/500, /health and /', async () => {
    expect([(await ask('/500')).status, (await ask('/health')).status, (await ask('/')).status]).toEqual([
      500, 200, 200,
    ])
  })

  test('/delay takes so many seconds instead of the base latency', async () => {
    mock.setBehaviour({ latency: 5000 })
    const { status, ms } = await ask('/delay/0.08')
    expect(status).toBe(200)
    expect(ms).toBeGreaterThanOrEqual(79)
    expect(ms).toBeLessThan(4000)
  })

  test.each([0, 1, 71, 65_536, 1_048_576])('/bytes/%d', async count => {
    const { body, headers } = await ask(`/bytes/${count}`)
    expect([body.length, headers.get('content-length')]).toEqual([count, String(count)])
  })

  test('/429 throttles after so many requests, with Retry-After 1 to 5', async () => {
    expect(await statuses('/429?after=2', 4)).toEqual([200, 200, 429, 429])
    const waits = new Set<string | null>()
    for (let nth = 0; nth < 60; nth++) waits.add((await ask('/429')).headers.get('retry-after'))
    expect(waits).toEqual(new Set(['1', '2', '3', '4', '5']))
  })

  test('/slow sends its body at so many bytes a second', async () => {
    const { body, ms, status } = await ask('/slow?bps=5000')
    expect(status).toBe(200)
    const seconds = body.length / 5000
    expect(ms).toBeGreaterThanOrEqual(seconds * 950)
  })

  test.each(['/reset', '/truncate', '/garbage'])('%s is an error to the client', async path => {
    await expect(ask(path)).rejects.toThrow()
  })

  test('/hang answers never', async () => {
    await expect(ask('/hang', { signal: AbortSignal.timeout(80) })).rejects.toThrow(/timeout/)
  })

  test('/stall: what is due in its window is answered at its end', async () => {
    mock.setBehaviour({ latency: 5 })
    const startedAt = performance.now()
    expect((await ask('/stall?for=600ms')).ms).toBeLessThan(500)
    const stalled = await Promise.all([ask('/'), ask('/get'), ask('/status/404')])
    expect(stalled.map(({ status }) => status)).toEqual([200, 200, 404])
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(600)
    expect((await ask('/')).ms).toBeLessThan(500)
  })

  test.each([
    ['/status/99', /status.* is 99; allowed is an integer of at least 200/],
    ['/status/x', /status.* is NaN/],
    ['/delay/61', /delay.* at most 60/],
    ['/delay/', /delay.* is NaN/],
    ['/bytes/1048577', /at most 1048576/],
    ['/slow?bps=0', /bps is 0/],
    ['/stall?for=5', /for is .*500ms/],
  ])('%s is a 400 that says what is allowed', async (path, message) => {
    const { status, body } = await ask(path)
    expect([status, body]).toEqual([400, expect.stringMatching(message)])
  })

  test('what there is not is 404', async () => {
    expect(await statuses('/nothing', 1)).toEqual([404])
  })
})

describe('behaviour', () => {
  test('errors by seed: the same requests get the same answers', async () => {
    const round = async (): Promise<number[]> => {
      mock.setBehaviour({ ...FAST, errorRate: 0.5 })
      return statuses('/', 40)
    }
    const first = await round()
    expect(await round()).toEqual(first)
    expect(new Set(first)).toEqual(new Set([200, 500]))
  })

  test('after so many requests all get 429', async () => {
    mock.setBehaviour({ ...FAST, rateLimitAfter: 2 })
    expect(await statuses('/get', 4)).toEqual([200, 200, 429, 429])
  })

  test('chances start over with it: Retry-After too', async () => {
    const round = async (): Promise<(string | null)[]> => {
      mock.setBehaviour(FAST)
      const answers = []
      for (let nth = 0; nth < 12; nth++) answers.push(await ask('/429'))
      return answers.map(({ headers }) => headers.get('retry-after'))
    }
    expect(await round()).toEqual(await round())
  })

  test('it is set by PUT too', async () => {
    const behaviour = JSON.stringify({ latency: 0, errorRate: 1 })
    expect((await ask('/__behaviour', { method: 'PUT', body: behaviour })).status).toBe(200)
    expect(await statuses('/', 1)).toEqual([500])
  })
})

describe('stats', () => {
  test('every request is counted once, under its route and status; those in flight too', async () => {
    await Promise.all([ask('/'), ask('/'), ask('/status/404'), ask('/status/200'), ask('/nowhere/else')])
    await expect(ask('/reset')).rejects.toThrow()
    const gaveUp = ask('/hang', { signal: AbortSignal.timeout(50) })
    await expect(gaveUp).rejects.toThrow()
    const stats = JSON.parse((await ask('/__stats')).body) as HttpMock['stats']
    expect(stats.routes).toEqual({
      '/': { 200: 2 },
      '/status': { 200: 1, 404: 1 },
      other: { 404: 1 },
      '/reset': { 0: 1 },
      '/hang': { 0: 1 },
    })
    expect([stats.requests, stats.inFlight, stats.latencyMs.count]).toEqual([7, 0, 5])
    expect(stats).toEqual(JSON.parse(JSON.stringify(mock.stats)))
  })

  test('true latencies: never shorter than what was asked for, in a histogram that can be read back', async () => {
    mock.setBehaviour({ latency: { kind: 'bimodal', fastMs: 5, slowMs: 60, slowShare: 0.25 } })
    await Promise.all(Array.from({ length: 200 }, () => ask('/')))
    const { latencyMs } = mock.stats
    expect(latencyMs.count).toBe(200)
    expect(latencyMs.min).toBeGreaterThanOrEqual(5)
    expect(latencyMs.p99).toBeGreaterThanOrEqual(60 * 0.99)
    const histogram = Histogram.fromJSON(JSON.parse(JSON.stringify(latencyMs.histogram)))
    expect(histogram.percentile(50)).toBe(latencyMs.p50)
  })

  test('a client that has gone before its answer is counted as answered with nothing', async () => {
    mock.setBehaviour({ latency: 100 })
    await expect(ask('/', { signal: AbortSignal.timeout(20) })).rejects.toThrow()
    expect(mock.stats.inFlight).toBe(1)
    const startedAt = performance.now()
    while (mock.stats.inFlight > 0 && performance.now() - startedAt < 3000) {
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    expect(mock.stats.routes).toEqual({ '/': { 0: 1 } })
  })

  test('DELETE starts over; nothing was answered yet is null, not NaN', async () => {
    await ask('/')
    const { body } = await ask('/__stats', { method: 'DELETE' })
    expect(JSON.parse(body)).toMatchObject({
      requests: 0,
      inFlight: 0,
      routes: {},
      latencyMs: { count: 0, p50: null },
    })
  })

  test('a slow answer is counted when its last byte is out', async () => {
    await ask('/slow?bps=20000')
    const startedAt = performance.now()
    while (mock.stats.inFlight > 0 && performance.now() - startedAt < 3000) await new Promise(setImmediate)
    expect(mock.stats.latencyMs.min).toBeGreaterThan(40)
  })
})

describe('the log of requests', () => {
  const log = async (method: string): Promise<HttpMockRequests> =>
    JSON.parse((await ask('/__requests', { method })).body) as HttpMockRequests

  test('is empty until it is asked for, and again when it is given up', async () => {
    await ask('/')
    expect(await log('GET')).toEqual({ connections: [], requests: [] })
    await log('PUT')
    await ask('/')
    expect((await log('GET')).requests).toHaveLength(1)
    await log('DELETE')
    await ask('/')
    expect(mock.requests).toEqual({ connections: [], requests: [] })
  })

  test('has when each request came and was answered, and over which connection', async () => {
    mock.setBehaviour({ latency: 20 })
    const before = performance.timeOrigin + performance.now()
    await log('PUT')
    await Promise.all([ask('/'), ask('/get')])
    await expect(ask('/reset')).rejects.toThrow()
    const { requests, connections } = await log('GET')
    const after = performance.timeOrigin + performance.now()
    expect(requests).toHaveLength(3)
    const [, , reset] = requests
    for (const { at, answeredAt, connection } of requests.slice(0, 2)) {
      expect(at).toBeGreaterThanOrEqual(before)
      expect((answeredAt ?? NaN) - at).toBeGreaterThanOrEqual(20)
      expect(answeredAt).toBeLessThanOrEqual(after)
      // The third may have taken over the connection of one of them.
      if (connection !== reset?.connection) expect(connections[connection]).toEqual({ closedAt: null })
    }
    expect(reset?.answeredAt).toBeNull()
    await eventually(() => mock.requests.connections[reset?.connection ?? -1]?.closedAt !== null)
    mock.forgetRequests()
  })
})
