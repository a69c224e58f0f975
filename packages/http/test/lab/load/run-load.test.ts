import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Histogram } from 'async-patterns/observability'
import { describe, expect, test } from 'vitest'
import { runLoad, writeMeasurement } from '../../../src/lab/index.js'
import type { LoadMeasurement, LoadMeasurementFile, LoadProgress } from '../../../src/lab/index.js'
import { deadUrl, eventually, httpServer, rawServer } from '../../contracts/servers.js'
import { succeed } from '../../support/run.js'
import { testWith } from '../../support/services.js'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function answered({ result }: LoadMeasurement): number {
  return Object.values(result.statusCodes).reduce((sum, count) => sum + count, 0)
}

async function temporary<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'load-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('a closed loop', () => {
  test('so many requests over so many connections, and not one more', async () => {
    let seen = 0
    await using server = await httpServer((_, response) => {
      seen += 1
      response.end('hello')
    })
    const measurement = await runLoad({ url: `${server.url}/`, connections: 7, requests: 100 })
    const { result } = measurement
    expect(result.requests.total).toBe(100)
    expect(seen).toBe(100)
    expect(server.connections).toBe(7)
    expect(result).toMatchObject({ bytes: 500, statusCodes: { 200: 100 }, errors: {}, responseTimeMs: null })
    expect(result.requests.perSecond).toBeCloseTo((100 * 1_000) / result.durationMs, 0)
    await eventually(() => server.open === 0)
  })

  test('by time: what is in flight at the end is waited for and counted', async () => {
    let seen = 0
    await using server = await httpServer((_, response) => {
      seen += 1
      setTimeout(() => response.end(), 30)
    })
    const { result } = await runLoad({ url: server.url, connections: 3, durationMs: 200 })
    expect(result.requests.total).toBe(seen)
    expect(result.durationMs).toBeGreaterThanOrEqual(200)
    expect(result.serviceTimeMs.min).toBeGreaterThanOrEqual(29)
  })

  test('method, headers and body arrive as they were given, over and over', async () => {
    const bodies: string[] = []
    await using server = await httpServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', chunk => {
        body += String(chunk)
      })
      request.on('end', () => {
        bodies.push(`${request.method} ${request.url} ${String(request.headers['x-key'])} ${body}`)
        response.end()
      })
    })
    await runLoad({
      url: `${server.url}/a?b=c`,
      method: 'POST',
      headers: { 'X-Key': 'k' },
      body: 'schön',
      connections: 1,
      requests: 3,
    })
    expect(bodies).toEqual(Array.from({ length: 3 }, () => 'POST /a?b=c k schön'))
  })

  test('HEAD has no body to wait for', async () => {
    await using server = await httpServer((_, response) => response.setHeader('content-length', 100).end())
    const { result } = await runLoad({ url: server.url, method: 'HEAD', connections: 2, requests: 10 })
    expect(result).toMatchObject({ bytes: 0, statusCodes: { 200: 10 } })
  })

  test('connections that the server closes after a response are replaced, without an error', async () => {
    await using server = await httpServer((_, response) => response.setHeader('connection', 'close').end('x'))
    const measurement = await runLoad({ url: server.url, connections: 2, requests: 20 })
    expect(measurement.result.statusCodes).toEqual({ 200: 20 })
    expect(measurement.result.errors).toEqual({})
    expect(server.connections).toBeGreaterThanOrEqual(20)
  })

  test('a connection that ends instead of answering is an error of that request, and the load goes on', async () => {
    await using server = await rawServer((socket, _, count) => {
      if (count % 5 === 0) socket.destroy()
      else socket.write(OK)
    })
    const measurement = await runLoad({ url: server.url, connections: 1, requests: 50 })
    expect(measurement.result.statusCodes).toEqual({ 200: 40 })
    expect(Object.values(measurement.result.errors)).toEqual([10])
    expect(answered(measurement)).toBe(40)
  })

  test('what is no HTTP is an error with its own name', async () => {
    await using server = await rawServer(socket => void socket.write('SSH-2.0-OpenSSH\r\n\r\n'))
    const { result } = await runLoad({ url: server.url, connections: 1, requests: 5 })
    expect(result.errors).toEqual({ BAD_RESPONSE: 5 })
    expect(result.serviceTimeMs.p50).toBeNull()
  })

  test('nobody there: each try is an error, with a pause between tries', async () => {
    const { result } = await runLoad({ url: await deadUrl(), connections: 2, durationMs: 350 })
    const count = result.errors.ECONNREFUSED ?? 0
    expect(count).toBeGreaterThanOrEqual(4)
    expect(count).toBeLessThanOrEqual(10)
    expect(result.requests.total).toBe(count)
    expect(result.statusCodes).toEqual({})
  })

  test('warm-up requests reach the server but are in none of the counts', async () => {
    let seen = 0
    await using server = await httpServer((_, response) => {
      seen += 1
      setTimeout(() => response.end('x'), seen <= 20 ? 50 : 1)
    })
    const { result } = await runLoad({ url: server.url, connections: 10, warmupMs: 300, requests: 60 })
    expect(result.requests.total).toBe(60)
    expect(result.bytes).toBe(60)
    expect(seen).toBeGreaterThan(60)
    expect(result.timeline.reduce((sum, { requests }) => sum + requests, 0)).toBe(60)
  })

  test('a ramp lets connections join one after the other', async () => {
    await using server = await httpServer((_, response) => void setTimeout(() => response.end(), 5))
    const load = runLoad({ url: server.url, connections: 10, rampMs: 600, durationMs: 700 })
    await eventually(() => server.connections >= 2)
    expect(server.connections).toBeLessThan(9)
    await load
    expect(server.connections).toBe(10)
  })

  test('aborted, it sends no more and gives what it has', async () => {
    await using server = await httpServer((_, response) => void setTimeout(() => response.end(), 5))
    const { result, interrupted } = await runLoad({
      url: server.url,
      connections: 2,
      durationMs: 60_000,
      signal: AbortSignal.timeout(200),
    })
    expect(interrupted).toBe(true)
    expect(result.requests.total).toBeGreaterThan(0)
    expect(result.durationMs).toBeLessThan(5_000)
  })
})

describe('an open loop', () => {
  test('sends what falls due, whatever the server does', async () => {
    const arrivals: number[] = []
    await using server = await httpServer((_, response) => {
      arrivals.push(performance.now())
      response.end()
    })
    const before = performance.now()
    const { result } = await runLoad({ url: server.url, ratePerSecond: 200, durationMs: 500, connections: 4 })
    const { requests, durationMs } = result
    expect(requests.total).toBe(100)
    expect(arrivals).toHaveLength(100)
    // One every 5 ms, and none of them early; a busy machine may make the last responses late.
    expect(arrivals.findIndex((at, index) => at < before + index * 5)).toBe(-1)
    expect(durationMs).toBeGreaterThanOrEqual(500)
    expect(requests.perSecond).toBeCloseTo(100_000 / durationMs, 1)
    expect(result.responseTimeMs?.max).toBeGreaterThanOrEqual(result.serviceTimeMs.max ?? Infinity)
  })

  test('so many requests at that rate, Poisson too', async () => {
    await using server = await httpServer((_, response) => response.end())
    const { result } = await runLoad({
      url: server.url,
      ratePerSecond: 500,
      arrivals: 'poisson',
      requests: 50,
      connections: 4,
    })
    expect(result.requests.total).toBe(50)
  })

  test('a request that waits for a connection longer than the timeout is given up, in a class of its own', async () => {
    await using server = await rawServer(() => undefined)
    const measurement = await runLoad({
      url: server.url,
      ratePerSecond: 50,
      durationMs: 400,
      connections: 2,
      timeoutMs: 150,
    })
    const { errors, requests } = measurement.result
    expect(requests.total).toBe(20)
    expect((errors.TIMEOUT ?? 0) + (errors.NO_CONNECTION ?? 0)).toBe(20)
    expect(errors.NO_CONNECTION).toBeGreaterThan(0)
    const waits = Histogram.fromJSON(measurement.outcomes.NO_CONNECTION?.responseTimeMs)
    expect(waits.min).toBeGreaterThanOrEqual(150)
  })

  test('nobody there: requests fail, each once', async () => {
    const { result } = await runLoad({
      url: await deadUrl(),
      ratePerSecond: 100,
      durationMs: 200,
      connections: 5,
      timeoutMs: 300,
    })
    expect(result.requests.total).toBe(20)
    expect((result.errors.ECONNREFUSED ?? 0) + (result.errors.NO_CONNECTION ?? 0)).toBe(20)
  })
})

describe('what it leaves', () => {
  test('progress, once a second', async () => {
    await using server = await httpServer((_, response) => response.end())
    const seen: LoadProgress[] = []
    const onProgress = (progress: LoadProgress): number => seen.push(progress)
    await runLoad({ url: server.url, ratePerSecond: 100, durationMs: 2_100, onProgress })
    expect(seen.map(({ atMs }) => atMs)).toEqual([1_000, 2_000])
    expect(seen[0]?.errors).toBe(0)
    expect(seen[0]?.p50Ms).toBeGreaterThan(0)
  })

  test('a line of JSON for every request, failures too, in both loops', async () => {
    await using server = await rawServer((socket, _, count) => {
      if (count % 10 === 0) socket.destroy()
      else socket.write(OK)
    })
    await temporary(async folder => {
      for (const rate of [{}, { ratePerSecond: 1_000 }]) {
        const jsonlFile = join(folder, 'results.jsonl')
        const { result } = await runLoad({
          url: server.url,
          connections: 3,
          requests: 100,
          jsonlFile,
          ...rate,
        })
        const lines = (await readFile(jsonlFile, 'utf8')).trimEnd().split('\n')
        const records = lines.map(line => JSON.parse(line) as Record<string, unknown>)
        expect(records).toHaveLength(100)
        const failures = records.filter(({ statusCode }) => statusCode === 0)
        const failed = Object.values(result.errors).reduce((sum, count) => sum + count, 0)
        expect(failures).toHaveLength(failed)
        expect(failed).toBeGreaterThan(0)
        expect(records[0]).toMatchObject({ url: server.url, attempt: 1 })
      }
    })
  })

  test('a file of results that cannot be written fails the run', async () => {
    await using server = await httpServer((_, response) => response.end())
    const jsonlFile = '/dev/null/results.jsonl'
    await expect(runLoad({ url: server.url, requests: 5, jsonlFile })).rejects.toThrow(/results\.jsonl/)
  })

  test('a measurement with histograms that merge, and no secrets', async () => {
    await using server = await httpServer((_, response) => response.end())
    await temporary(async folder => {
      const merged = new Histogram()
      for (const name of ['a', 'b']) {
        const headers = { Authorization: 'Bearer secret-token' }
        const file = join(folder, 'new', `${name}.json`)
        await writeMeasurement(
          file,
          await runLoad({ url: server.url, requests: 30, headers, body: 'secret-body' }),
        )
        const text = await readFile(file, 'utf8')
        expect(text).not.toContain('secret')
        const { kind, version, outcomes, environment } = JSON.parse(text) as LoadMeasurementFile
        expect({ kind, version, node: environment.node }).toEqual({
          kind: 'load',
          version: 1,
          node: process.version,
        })
        merged.merge(Histogram.fromJSON(outcomes.OK?.serviceTimeMs))
      }
      expect(merged.count).toBe(60)
    })
  })

  test.each(['ftp://127.0.0.1/', 'nonsense', 'http://user:password@127.0.0.1/'])(
    '%s is refused',
    async url => {
      await expect(runLoad({ url })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    },
  )

  test('N-30 what cannot be sent costs no file of results that is there', async () => {
    await temporary(async folder => {
      const jsonlFile = join(folder, 'results.jsonl')
      await writeFile(jsonlFile, 'precious')
      await expect(runLoad({ url: 'http://user@127.0.0.1/', jsonlFile })).rejects.toThrow(/credentials/)
      expect(await readFile(jsonlFile, 'utf8')).toBe('precious')
    })
  })
})

testWith('openssl')('https goes through undici', async () => {
  await temporary(async folder => {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
    await succeed('openssl', ['req', '-x509', ...key, '-days', '2', '-out', certFile, ...subject])
    const server = createServer(
      { key: await readFile(keyFile), cert: await readFile(certFile) },
      (_, response) => void response.end('hello'),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const trusted = await runLoad({ url, connections: 3, requests: 30, insecure: true })
    expect(trusted.result).toMatchObject({ statusCodes: { 200: 30 }, bytes: 150, errors: {} })
    const { result } = await runLoad({ url, connections: 1, requests: 2 })
    expect(result.errors).toEqual({ DEPTH_ZERO_SELF_SIGNED_CERT: 2 })
    server.close()
  })
})
