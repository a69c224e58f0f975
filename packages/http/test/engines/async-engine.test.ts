import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CircuitBreaker, ClosedError, RetryPolicy } from 'async-patterns'
import type { Policy } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { AsyncEngine, UndiciTransport } from '../../src/engines/index.js'
import type { RequestEvent, Transport, TransportResponse } from '../../src/engines/index.js'
import { deadUrl, eventually, httpServer, rawServer } from '../contracts/servers.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const times = (count: number, url: string): string[] => Array.from({ length: count }, (_, i) => `${url}/${i}`)
const sleep = (ms: number): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, ms)
  })

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

describe.each(['undici', 'wire'] as const)('AsyncEngine over %s', transport => {
  test('gives a full result for each URL, in order', async () => {
    await using server = await httpServer((request, response) => {
      // A timer may fire up to a millisecond early: one of 1 ms would answer at once.
      setTimeout(() => response.end('hello'), request.url === '/0' ? 20 : 5)
    })
    await using engine = new AsyncEngine({ transport, maxConcurrent: 10 })
    const before = Date.now()
    const { results, totalTimeMs } = await engine.run(times(50, server.url))
    expect(results.map(result => result.url)).toEqual(times(50, server.url))
    for (const result of results) {
      expect(result).toMatchObject({ statusCode: 200, attempt: 1, error: null, bytes: 5 })
      expect(result.latencyMs).toBeGreaterThan(0.5)
      expect(result.latencyMs).toBeLessThan(totalTimeMs)
      expect(result.timestamp).toBeGreaterThanOrEqual(before)
    }
    expect(results[0]?.latencyMs).toBeGreaterThan(15)
  })

  test('runs no more than maxConcurrent at once, over several runs together', async () => {
    let now = 0
    let most = 0
    await using server = await httpServer((_, response) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now -= 1
        response.end()
      }, 2)
    })
    await using engine = new AsyncEngine({ transport, maxConcurrent: 7 })
    await Promise.all([engine.run(times(60, server.url)), engine.run(times(60, server.url))])
    expect(most).toBe(7)
  })

  test('a failure is a result with a code, never a rejection', async () => {
    await using server = await httpServer((request, response) => {
      response.writeHead(Number(request.url?.slice(1))).end()
    })
    await using engine = new AsyncEngine({ transport })
    const urls = [`${server.url}/200`, `${server.url}/302`, `${server.url}/404`, `${server.url}/503`]
    const run = await engine.run([...urls, await deadUrl(), 'nonsense'])
    expect(run.results.map(result => result.error?.code ?? null)).toEqual([
      null,
      null,
      'HTTP_404',
      'HTTP_503',
      'ECONNREFUSED',
      'BAD_REQUEST',
    ])
    expect([run.successCount, run.otherCount, run.errorCount]).toEqual([1, 1, 4])
  })

  test('naive pooling makes a connection for each request, optimized keeps them', async () => {
    await using server = await httpServer((_, response) => void response.end())
    for (const [pooling, least, most] of [
      ['naive', 40, 40],
      ['optimized', 1, 4],
    ] as const) {
      const before = server.connections
      await using engine = new AsyncEngine({
        transport,
        pooling,
        maxConcurrent: 4,
        connection: { maxConnections: 4 },
      })
      await engine.run(times(40, server.url))
      expect(server.connections - before).toBeGreaterThanOrEqual(least)
      expect(server.connections - before).toBeLessThanOrEqual(most)
    }
  })

  test('a request over its time is a TIMEOUT', async () => {
    await using server = await httpServer(
      (request, response) => void (request.url === '/1' && response.end()),
    )
    await using engine = new AsyncEngine({ transport, connection: { timeoutMs: 500 } })
    const { errorBreakdown } = await engine.run(times(3, server.url))
    expect(errorBreakdown).toEqual({ TIMEOUT: 2 })
  })

  test('retries by the rules of HTTP, and counts attempts', async () => {
    const seen: string[] = []
    await using server = await httpServer((request, response) => {
      seen.push(request.url ?? '')
      const isFirst = seen.filter(url => url === request.url).length === 1
      response.writeHead(isFirst && request.url !== '/2' ? 503 : 200).end()
    })
    await using engine = new AsyncEngine({ transport, retryPolicy: { maxAttempts: 3, baseDelayMs: 1 } })
    const run = await engine.run(times(3, server.url))
    expect(run.results.map(result => [result.statusCode, result.attempt])).toEqual([
      [200, 2],
      [200, 2],
      [200, 1],
    ])
  })

  test('what retries could not mend is counted as what it was', async () => {
    await using server = await rawServer(
      socket => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab'),
    )
    await using engine = new AsyncEngine({ transport, retryPolicy: { maxAttempts: 2, baseDelayMs: 1 } })
    const run = await engine.run([server.url])
    expect(run.results[0]).toMatchObject({ attempt: 2, error: { code: 'TRUNCATED' } })
  })

  test('the breaker sees every attempt, opens on 5xx, and rejects without sending', async () => {
    let requests = 0
    await using server = await httpServer((_, response) => {
      requests += 1
      response.writeHead(500).end()
    })
    await using engine = new AsyncEngine({
      transport,
      maxConcurrent: 1,
      circuitBreaker: { window: 'consecutive', failureThreshold: 3 },
    })
    const run = await engine.run(times(20, server.url))
    expect(requests).toBe(3)
    expect(run.errorBreakdown).toEqual({ HTTP_500: 3, CIRCUIT_OPEN: 17 })
    expect(run.results.at(-1)?.attempt).toBe(0)
  })

  test('streams results, holding no more than maxConcurrent', async () => {
    await using server = await httpServer((_, response) => void response.end('x'))
    let taken = 0
    async function* source(): AsyncGenerator<string> {
      for (; taken < 500; taken++) yield `${server.url}/${taken}`
    }
    await using engine = new AsyncEngine({ transport, maxConcurrent: 5 })
    const urls = new Set<string>()
    for await (const result of engine.runStreaming(source())) {
      urls.add(result.url)
      expect(taken - urls.size).toBeLessThanOrEqual(6)
      if (urls.size % 50 === 0) await sleep(2)
    }
    expect(urls.size).toBe(500)
  })

  test('leaving a stream early ends what is in flight', async () => {
    await using server = await httpServer(
      (request, response) => void (request.url === '/0' && response.end()),
    )
    await using engine = new AsyncEngine({ transport, maxConcurrent: 5 })
    for await (const result of engine.runStreaming(times(100, server.url))) {
      expect(result.url).toBe(`${server.url}/0`)
      break
    }
    await engine.close()
    await eventually(() => server.open === 0)
  })

  test('a stream can be read again after it was left', async () => {
    await using server = await httpServer((_, response) => void response.end())
    await using engine = new AsyncEngine({ transport, maxConcurrent: 2 })
    const stream = engine.runStreaming(times(5, server.url))
    for await (const result of stream) {
      expect(result.error).toBeNull()
      break
    }
    expect((await collect(stream)).map(({ error }) => error)).toEqual([null, null, null, null, null])
  })

  test('close lets what is in flight finish and begins nothing more', async () => {
    let requests = 0
    await using server = await httpServer((_, response) => {
      requests += 1
      setTimeout(() => response.end(), 30)
    })
    const engine = new AsyncEngine({ transport, maxConcurrent: 4 })
    const running = engine.run(times(100, server.url))
    await eventually(() => requests === 4)
    await engine.close()
    const run = await running
    expect([requests, run.successCount, run.errorBreakdown]).toEqual([4, 4, { CLOSED: 96 }])
    await eventually(() => server.open === 0)
    expect((await engine.run([server.url])).errorBreakdown).toEqual({ CLOSED: 1 })
  })

  test('close cuts off what does not end in time, a backoff too', async () => {
    await using server = await httpServer(
      (request, response) => void (request.url === '/0' && response.writeHead(503).end()),
    )
    const engine = new AsyncEngine({ transport, retryPolicy: { maxAttempts: 2, baseDelayMs: 60_000 } })
    const running = engine.run(times(2, server.url))
    await sleep(30)
    const startedAt = performance.now()
    await engine.close({ timeoutMs: 40 })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    expect((await running).errorBreakdown).toEqual({ CLOSED: 2 })
    await eventually(() => server.open === 0)
  })
})

test('close ends a stream in backoff, or on a transport of the caller', async () => {
  await using server = await httpServer(
    (request, response) => void (request.url === '/0' && response.writeHead(503).end()),
  )
  const transport = new UndiciTransport()
  const engine = new AsyncEngine({ transport, retryPolicy: { maxAttempts: 2, baseDelayMs: 60_000 } })
  const codes: unknown[] = []
  const reading = (async () => {
    for await (const { error } of engine.runStreaming(times(2, server.url))) codes.push(error?.code)
  })()
  await sleep(50)
  await engine.close({ timeoutMs: 20 })
  await reading
  expect(codes).toEqual(['CLOSED', 'CLOSED'])
  await transport.close({ timeoutMs: 0 })
})

test.each(['sync', 'async'])('close ends a stream of an endless source: %s', async kind => {
  await using server = await httpServer((_, response) => void response.end())
  const engine = new AsyncEngine({ maxConcurrent: 3 })
  let isSourceClosed = false
  function* forever(): Generator<string, void> {
    try {
      for (;;) yield server.url
    } finally {
      isSourceClosed = true
    }
  }
  async function* foreverAsync(): AsyncGenerator<string, void> {
    yield* forever()
  }
  let [count, cut] = [0, 0]
  let closing: Promise<void> | undefined
  for await (const { error } of engine.runStreaming(kind === 'sync' ? forever() : foreverAsync())) {
    if (++count === 20) closing = engine.close()
    if (error !== null) cut += 1
    if (cut > 100) break
  }
  await closing
  expect([cut <= 3, count < 30, isSourceClosed]).toEqual([true, true, true])
  const later = await collect(engine.runStreaming(forever()))
  expect(later.map(({ error }) => error?.code)).toEqual(['CLOSED'])
})

/** Answers 503 to everything. */
const unavailable: Transport = {
  send: ({ url }) =>
    Promise.resolve({ statusCode: 503, headers: {}, body: new Uint8Array(0), bytes: 0, url }),
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}

test.each([
  ['run', 'undici'],
  ['run', 'wire'],
  ['run', unavailable],
  ['runStreaming', 'undici'],
  ['runStreaming', unavailable],
] as const)('close leaves no timer of a backoff behind: %s', async (way, transport) => {
  await using server = await httpServer((_, response) => void response.writeHead(503).end())
  const clock = new ManualClock()
  const retryPolicy = new RetryPolicy<TransportResponse>({
    baseDelayMs: 60_000,
    retryWhen: () => true,
    clock,
  })
  const engine = new AsyncEngine({ transport, retryPolicy })
  const urls = times(3, server.url)
  const running = way === 'run' ? engine.run(urls) : collect(engine.runStreaming(urls))
  await eventually(() => clock.pendingTimers === 3)
  await engine.close({ timeoutMs: 20 })
  expect(clock.pendingTimers).toBe(0)
  const ended = await running
  const results = 'results' in ended ? ended.results : ended
  expect(results.map(({ error, attempt }) => [error?.code, attempt])).toEqual([
    ['CLOSED', 1],
    ['CLOSED', 1],
    ['CLOSED', 1],
  ])
})

test('the time of a result is that of the sending of its last attempt, without the waits before it', async () => {
  const clock = new ManualClock()
  const transport: Transport = {
    ...unavailable,
    send: async ({ url }) => {
      await clock.sleep(30)
      return { statusCode: 200, headers: {}, body: new Uint8Array(0), bytes: 0, url }
    },
  }
  const engine = new AsyncEngine({ transport, maxConcurrent: 1, clock })
  const startedAt = clock.wallNow()
  const runs = Promise.all([engine.run(['http://first']), engine.run(['http://second'])])
  const [first, second] = (await clock.run(runs)).map(({ results }) => results[0])
  expect([first?.timestamp, first?.latencyMs]).toEqual([startedAt, 30])
  // It waited for the permit of the first.
  expect([second?.timestamp, second?.latencyMs]).toEqual([startedAt + 30, 30])
  await engine.close()
})

test('a wrong option of close closes nothing, and a later close does', async () => {
  await using server = await httpServer((_, response) => void response.end())
  const engine = new AsyncEngine()
  await engine.run([server.url])
  await expect(engine.close({ timeoutMs: -1 })).rejects.toThrow(/AsyncEngine.close.timeoutMs is -1/)
  expect((await engine.run([server.url])).successCount).toBe(1)
  await engine.close()
  await eventually(() => server.open === 0)
})

test('the breaker has heard of every call when close resolves', async () => {
  const breaker = new CircuitBreaker<TransportResponse>({ latencyThresholdMultiplier: false })
  await using server = await httpServer((_, response) => void setTimeout(() => response.end(), 10))
  const engine = new AsyncEngine({ circuitBreaker: breaker, maxConcurrent: 3 })
  const running = engine.run(times(3, server.url))
  await sleep(5)
  await engine.close()
  expect(breaker.metrics().pending).toBe(0)
  expect((await running).successCount).toBe(3)
})

test('tells where each request stands', async () => {
  let count = 0
  await using server = await httpServer(
    (_, response) => void response.writeHead(count++ === 0 ? 500 : 200).end(),
  )
  await using engine = new AsyncEngine({ retryPolicy: { baseDelayMs: 1 } })
  const events: RequestEvent[] = []
  const subscription = engine.subscribe(event => events.push(event))
  await engine.run([server.url])
  subscription[Symbol.dispose]()
  await engine.run([server.url])
  expect(events.map(event => [event.status, event.attempt])).toEqual([
    ['pending', 0],
    ['in_flight', 1],
    ['retrying', 2],
    ['success', 2],
  ])
  expect(events.at(-1)?.result?.statusCode).toBe(200)
})

test('takes any policy, and sends the headers that it is given', async () => {
  const seen: unknown[] = []
  await using server = await httpServer((request, response) => {
    seen.push(request.headers['x-a'])
    response.end()
  })
  let calls = 0
  const policy: Policy<TransportResponse> = {
    execute: (operation, within) => {
      calls += 1
      return new RetryPolicy<TransportResponse>().execute(operation, within)
    },
  }
  await using engine = new AsyncEngine({ policy, headers: { 'X-A': '1' } })
  await engine.run(times(3, server.url))
  expect([calls, seen]).toEqual([3, ['1', '1', '1']])
})

test('a transport that was handed in is used, and left open', async () => {
  await using server = await httpServer(
    (request, response) => void (request.url !== '/never' && response.end()),
  )
  await using transport = new UndiciTransport({ maxConnections: 1 })
  const engine = new AsyncEngine({ transport })
  const running = engine.run([`${server.url}/never`])
  await sleep(10)
  await engine.close({ timeoutMs: 20 })
  expect((await running).errorBreakdown).toEqual({ CLOSED: 1 })
  expect((await transport.send({ url: server.url })).statusCode).toBe(200)
})

test('an engine keeps nothing of the runs that are over', async () => {
  const engine = new AsyncEngine({ transport: unavailable })
  const used = async (): Promise<number> => {
    for (let run = 0; run < 20_000; run += 1) await engine.run(['http://nowhere'])
    for (let turn = 0; turn < 3; turn += 1) {
      await sleep(0)
      collectGarbage()
    }
    return process.memoryUsage().heapUsed
  }
  await used()
  const before = await used()
  expect(((await used()) - before) / 20_000).toBeLessThan(100)
  await engine.close()
})

test('100 % of errors leave no unhandled rejection and every result counted', async () => {
  const transport: Transport = {
    send: () => Promise.reject(new ClosedError('always')),
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  await using engine = new AsyncEngine({
    transport,
    retryPolicy: { maxAttempts: 2, baseDelayMs: 1 },
    circuitBreaker: {},
  })
  const run = await engine.run(times(200, 'http://nowhere'))
  expect(run.errorCount).toBe(200)
})

test('a bad option is named', () => {
  expect(() => new AsyncEngine({ maxConcurrent: 0 })).toThrow(/AsyncEngine.maxConcurrent is 0/)
  expect(() => new AsyncEngine({ connection: { timeoutMs: -1 } })).toThrow(/ConnectionOptions.timeoutMs/)
  expect(() => new AsyncEngine({ pooling: 'odd' as 'naive' })).toThrow(TypeError)
})
