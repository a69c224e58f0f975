import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { acceptedStatuses } from '../../../src/lab/accepted-statuses.js'
import { runLoad } from '../../../src/lab/index.js'
import type { LoadMeasurement, LoadProgress } from '../../../src/lab/index.js'
import { loadTable } from '../../../src/measurements/index.js'
import { deadUrl, httpServer, rawServer } from '../../contracts/servers.js'

/** What must agree in every measurement. */
function expectConsistent({ result, outcomes, timeline }: LoadMeasurement): void {
  const { total, succeeded, failed, neverSent, perSecond } = result.requests
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)
  expect(total).toBe(succeeded + failed)
  expect(sum(Object.values(result.errors))).toBe(failed)
  expect(outcomes['OK']?.count).toBe(succeeded)
  expect(neverSent).toBeLessThanOrEqual(failed)
  expect(sum(timeline.map(({ errors }) => errors))).toBe(failed)
  expect(sum(result.timeline.map(({ errors }) => errors))).toBe(failed)
  // The duration is rounded to a microsecond, which is much of one that is short.
  const expected = (succeeded * 1_000) / result.durationMs
  expect(Math.abs(perSecond - expected)).toBeLessThanOrEqual(0.5 + expected / 1_000)
}

test('N-37 rate, objective and progress count answers that succeeded', async () => {
  let count = 0
  await using server = await httpServer((_, response) => {
    count += 1
    response.writeHead(count % 2 === 0 ? 503 : 200).end()
  })
  const seen: LoadProgress[] = []
  const measurement = await runLoad({
    url: server.url,
    ratePerSecond: 100,
    durationMs: 1_200,
    slos: ['rate>=90', 'rate>=30', 'errors<1%'],
    onProgress: progress => seen.push(progress),
  })
  expectConsistent(measurement)
  const { requests, errors, timeline } = measurement.result
  expect(requests).toMatchObject({ total: 120, succeeded: 60, failed: 60, neverSent: 0 })
  expect(errors).toEqual({ HTTP_503: 60 })
  expect(measurement.slos.map(({ met }) => met)).toEqual([false, true, false])
  expect(timeline[0]?.perSecond).toBeLessThan(60)
  expect(seen[0]?.perSecond).toBe(timeline[0]?.perSecond)
  expect(loadTable(measurement)).toMatch(/^rate {7}\d\d\.\d\/s succeeded, of 100\/s asked for$/m)
})

test('N-37 what was never sent has a line of its own, and is no part of the rate', async () => {
  await using server = await rawServer(() => undefined)
  const options = { ratePerSecond: 50, durationMs: 400, connections: 2, timeoutMs: 150 }
  const measurement = await runLoad({ url: server.url, ...options })
  expectConsistent(measurement)
  const { requests, errors } = measurement.result
  expect(requests.neverSent).toBe(errors['NO_CONNECTION'])
  expect(requests.perSecond).toBe(0)
  const line = `never sent ${requests.neverSent}: NO_CONNECTION ${requests.neverSent}`
  expect(loadTable(measurement)).toContain(`\n${line}\n`)
})

/** Takes connections only as far as the system does that by itself: none is ever answered. */
async function deafServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}

describe('N-38 an open loop against a server that is not there', () => {
  test.each([
    ['http', 1],
    ['http', 10],
    ['https', 3],
  ])(
    'N-38 refused, %s over %i connections: it ends in its time, and refusals take none',
    async (scheme, connections) => {
      const url = (await deadUrl()).replace('http:', `${scheme}:`)
      const measurement = await runLoad({ url, ratePerSecond: 200, durationMs: 500, connections })
      expectConsistent(measurement)
      const { result, outcomes } = measurement
      expect(result.requests).toMatchObject({ total: 100, succeeded: 0, neverSent: 100, perSecond: 0 })
      expect(result.errors).toEqual({ ECONNREFUSED: 100 })
      expect(result.durationMs).toBeLessThan(1_500)
      expect(outcomes['ECONNREFUSED']?.responseTimeMs?.max).toBeLessThan(1_000)
      expect(result.verdict.status).toBe('nothing-succeeded')
      expect(result.verdict.reasons.join()).not.toContain('workers')
      expect(result.hints).toEqual([`nobody listens at ${new URL(url).host}`])
    },
  )

  test('N-38 a closed loop over https pauses between tries too', async () => {
    const url = (await deadUrl()).replace('http:', 'https:')
    const { result } = await runLoad({ url, connections: 2, durationMs: 350 })
    expect(result.errors['ECONNREFUSED']).toBeLessThanOrEqual(10)
    expect(result.requests.neverSent).toBe(result.requests.total)
  })

  test('N-38 a server that dies in the middle: what falls due then fails at once', async () => {
    const server = await httpServer((_, response) => response.end('ok'))
    const load = runLoad({ url: server.url, ratePerSecond: 200, durationMs: 1_000, connections: 5 })
    setTimeout(() => void server[Symbol.asyncDispose](), 400)
    const measurement = await load
    expectConsistent(measurement)
    const { result, outcomes } = measurement
    expect(result.requests.total).toBe(200)
    expect(result.requests.succeeded).toBeGreaterThan(20)
    expect(result.errors['ECONNREFUSED']).toBeGreaterThan(50)
    expect(result.durationMs).toBeLessThan(2_000)
    expect(outcomes['ECONNREFUSED']?.responseTimeMs?.max).toBeLessThan(1_000)
  })

  test('N-38 a server that never answers: the run lasts its time and one timeout at most', async () => {
    await using server = await deafServer()
    const options = { ratePerSecond: 100, durationMs: 300, connections: 2, timeoutMs: 400 }
    const measurement = await runLoad({ url: server.url, ...options })
    expectConsistent(measurement)
    expect(measurement.result.requests).toMatchObject({ total: 30, succeeded: 0 })
    expect(measurement.result.durationMs).toBeLessThan(1_500)
  })

  test('N-38 https that never shakes hands: it ends a second after its time', async () => {
    await using server = await deafServer()
    const url = server.url.replace('http:', 'https:')
    for (const rate of [{}, { ratePerSecond: 20 }]) {
      const measurement = await runLoad({ url, durationMs: 300, connections: 2, timeoutMs: 30_000, ...rate })
      expectConsistent(measurement)
      const { requests, durationMs } = measurement.result
      expect(requests.neverSent).toBe(requests.total)
      expect(durationMs).toBeLessThan(4_000)
    }
  }, 20_000)
})

describe('N-39 the statuses that are accepted', () => {
  const status = (code: number) => httpServer((_, response) => response.writeHead(code).end('x'))

  test('N-39 errors are the same in counts, classes, objectives, timeline and table', async () => {
    await using server = await status(404)
    const measurement = await runLoad({ url: server.url, requests: 20, slos: ['errors<1%', 'p50<1h'] })
    expectConsistent(measurement)
    expect(measurement.result).toMatchObject({
      requests: { succeeded: 0, failed: 20, perSecond: 0 },
      statusCodes: { 404: 20 },
      errors: { HTTP_404: 20 },
    })
    expect(measurement.slos).toEqual([
      { slo: 'errors<1%', actual: 100, met: false },
      { slo: 'p50<1h', actual: Infinity, met: false },
    ])
    expect(loadTable(measurement)).toContain('\nerrors     20: HTTP_404 20\n')
  })

  test('N-39 what is accepted is no error anywhere', async () => {
    await using server = await status(404)
    const options = { requests: 20, slos: ['errors<1%'], acceptStatus: '200-299, 404' }
    const measurement = await runLoad({ url: server.url, ...options })
    expectConsistent(measurement)
    expect(measurement.result).toMatchObject({
      requests: { succeeded: 20 },
      errors: {},
      statusCodes: { 404: 20 },
    })
    expect(measurement.slos[0]?.met).toBe(true)
  })

  test('N-39 what is not is one: a redirect, where only 200 to 299 will do', async () => {
    await using server = await status(302)
    const { result } = await runLoad({ url: server.url, requests: 5, acceptStatus: '200-299' })
    expect(result).toMatchObject({ requests: { failed: 5 }, errors: { HTTP_302: 5 } })
  })

  test.each(['', '200-', '299-200', '20', '2xx', '1000', 'ok', '200;404'])('N-39 %j is refused', text => {
    expect(() => acceptedStatuses('--accept-status', text)).toThrow(
      /^--accept-status is .*; allowed is statuses/,
    )
  })
})

describe('N-44 connect time is told beside service time', () => {
  test('N-44 a server that ends each connection: one for each request, apart from its service time', async () => {
    await using server = await httpServer((_, response) => response.setHeader('connection', 'close').end('x'))
    const measurement = await runLoad({ url: server.url, connections: 2, requests: 20 })
    const { connectionsMade, connectTimeMs } = measurement.result
    expect(connectionsMade).toBeGreaterThanOrEqual(18)
    expect(connectTimeMs?.p50).toBeGreaterThan(0)
    expect(loadTable(measurement)).toMatch(/^connect time {2,}\d/m)
  })

  test('N-44 connections that are kept: none was made while it measured', async () => {
    await using server = await httpServer((_, response) => response.end('x'))
    const measurement = await runLoad({ url: server.url, connections: 2, requests: 20 })
    expect(measurement.result).toMatchObject({ connectionsMade: 0, connectTimeMs: null })
    expect(loadTable(measurement)).not.toContain('connect time')
  })
})
